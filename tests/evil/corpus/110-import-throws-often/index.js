export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 20000; i++) await import('./throws.js').catch(() => {});
  await import('./proxy.js').catch(() => {});
  await import('./thenable.js').catch(() => {});
  return 'done';
};
