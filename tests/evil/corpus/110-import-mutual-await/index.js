export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await import('./a.js');
  return 'done';
};
