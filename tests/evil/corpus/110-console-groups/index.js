export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 1e4; i++) console.group('x');
  console.log('x\n'.repeat(1e4));
  for (let i = 0; i < 1e4; i++) {
    console.count('x'.repeat(100) + i);
    console.time('y'.repeat(100) + i);
  }
  console.table(new Array(1e4).fill({ ...new Array(100).fill(1) }));
  console.dir(globalThis, { depth: Infinity, showHidden: true, iterableLimit: Infinity });
  console.log('%s'.repeat(1e4), ...new Array(1e4).fill('%s'), '%c%o%O%d', { toString: 1 });
  return 'logged';
};
