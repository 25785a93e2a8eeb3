export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  console.log('x'.repeat(2 ** 28));
  return 'done';
};
