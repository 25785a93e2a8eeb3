export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const again = () => {
    new Request('http://x/', { headers: { a: 'b' } }).clone();
    new Response('x').text();
    structuredClone({ a: 1 });
    crypto.getRandomValues(new Uint8Array(8));
    new URL('http://a/b?c').searchParams.append('d', 'e');
    fetch('http://127.0.0.1:1/').catch(() => {});
    ctx.waitUntil(Promise.resolve());
    ctx.call('neighbour-00', '/?x=1').catch(() => {});
    console.log('again');
    return undefined;
  };
  const bag = new Proxy({}, { get: again, has: () => true, ownKeys: () => ['method', 'headers', 'body', 'signal', 'status'], getOwnPropertyDescriptor: () => ({ get: again, enumerable: true, configurable: true }) });
  const uses = [
    () => new Request('http://x/', bag), () => new Response('x', bag), () => new Headers(bag), () => fetch('http://x/', bag), () => fetch(bag), () => ctx.call('neighbour-00', '/?x=1', bag), () => ctx.call(bag, bag, bag),
    () => new URL(bag, bag), () => structuredClone(bag), () => new Blob([bag], bag), () => crypto.subtle.digest(bag, bag), () => crypto.subtle.importKey('raw', bag, bag, true, bag), () => new TextDecoder('utf-8', bag), () => console.log(bag),
    () => new WebSocket('ws://x/', bag), () => new EventTarget().addEventListener('x', () => {}, bag), () => new ReadableStream(bag, bag), () => setTimeout(bag, bag), () => new CompressionStream(bag), () => new MessageChannel().port1.postMessage(bag, bag),
    () => performance.mark('x', bag), () => new URLPattern(bag), () => ctx.waitUntil(bag), () => EdgeRuntime.waitUntil(bag), () => new Response(bag), () => new Response(new ReadableStream({ pull: again, cancel: again })),
  ];
  for (const use of uses) {
    try {
      await use();
    } catch {}
  }
  return new Response('x', bag);
};
