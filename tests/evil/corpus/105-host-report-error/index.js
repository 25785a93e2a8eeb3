export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  reportError(new Error('reported'));
  setTimeout(() => {
    throw new Error('nobody');
  }, 1);
  queueMicrotask(() => {
    throw new Error('nobody');
  });
  new EventTarget().addEventListener.call(globalThis, 'x', () => {
    throw new Error('nobody');
  });
  await new Promise((wake) => setTimeout(wake, 20));
  return 'survived';
};
