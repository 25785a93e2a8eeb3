export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  import.meta.url = 'file:///etc/passwd';
  Object.setPrototypeOf(import.meta, null);
  return String(typeof (await import('./index.js')).default);
};
