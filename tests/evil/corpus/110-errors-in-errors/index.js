export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const nested = () => {
    let error = new Error('x');
    for (let i = 0; i < 5000; i++) error = i % 2 ? new AggregateError([error, error], 'x', { cause: error }) : new SuppressedError(error, error, 'x');
    return error;
  };
  const SuppressedError = globalThis.SuppressedError ?? AggregateError;
  const error = nested();
  queueMicrotask(() => { throw error; });
  setTimeout(() => { throw error; }, 0);
  Promise.reject(error);
  reportError(error);
  console.error(error);
  new EventTarget().dispatchEvent(Object.assign(new ErrorEvent('x', { error })));
  const target = new EventTarget();
  target.addEventListener('x', () => { throw error; });
  target.dispatchEvent(new Event('x'));
  ctx.waitUntil(Promise.reject(error));
  new ReadableStream({ start() { throw error; } }, { get size() { throw error; } }).constructor;
  throw error;
};
