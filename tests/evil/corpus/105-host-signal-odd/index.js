export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  request.signal.dispatchEvent(new Event('abort'));
  Object.defineProperty(request, 'signal', { get() {
    throw 1;
  } });
  request.headers.get = null;
  return new Response('x', { headers: request.headers });
};
