export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  globalThis.onerror = () => reportError(new Error('again'));
  reportError(new Error('first'));
  return 'done';
};
