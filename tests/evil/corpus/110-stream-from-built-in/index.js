export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const endless = { [Symbol.iterator]: () => ({ next: Object.bind(null, { done: false, value: 1 }) }), [Symbol.asyncIterator]: () => ({ next: Object.bind(null, { done: false, value: 1 }) }) };
  ReadableStream.from(endless).pipeTo(new WritableStream());
  await Promise.race([Array.fromAsync(endless), new Promise((wake) => setTimeout(wake, 100))]);
  return 'never';
};
