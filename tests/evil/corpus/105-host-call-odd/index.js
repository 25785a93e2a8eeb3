export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const odd = [undefined, null, '', '..', '../neighbour-00', 'neighbour-00/../x', '__proto__', 'constructor', 'x'.repeat(1e6), '\0', {}, Symbol.iterator, 1n, 'http://neighbour-00/', '%00', 'NEIGHBOUR-00', '\ud800'];
  for (const name of odd) {
    for (const input of odd) {
      try {
        await ctx.call(name, input, { method: 'GET\r\nx: y', headers: [['a', 'b\n']] });
      } catch {}
      try {
        await (await ctx.call(name, input)).text();
      } catch {}
    }
  }
  return 'survived';
};
