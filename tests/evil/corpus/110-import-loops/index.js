export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await Promise.allSettled([import('./loop.js'), import('./loop.js')]);
  return 'done';
};
