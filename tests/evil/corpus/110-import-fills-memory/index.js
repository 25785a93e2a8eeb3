export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await import('./fill.js').catch(() => {});
  return 'done';
};
