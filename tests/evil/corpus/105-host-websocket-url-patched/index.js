export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  Object.defineProperty(URL.prototype, 'href', { get: () => 'not a url' });
  for (const key of ['protocol', 'host', 'hash', 'toString']) Object.defineProperty(URL.prototype, key, { get: () => '\ud800' });
  try {
    new WebSocket('ws://127.0.0.1:1/');
  } catch {}
  try {
    new EventSource('http://127.0.0.1:1/');
  } catch {}
  try {
    await fetch('http://127.0.0.1:1/');
  } catch {}
  return 'survived';
};
