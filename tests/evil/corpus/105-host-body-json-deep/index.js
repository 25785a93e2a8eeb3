export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await request.json();
  return 'parsed';
};
