export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  globalThis.onerror = globalThis.onunhandledrejection = () => {
    for (;;);
  };
  Promise.reject(new Error('nobody'));
  setTimeout(() => {
    throw new Error('nobody');
  }, 1);
  await new Promise((wake) => setTimeout(wake, 2000));
  return 'late';
};
