export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  console.log('%s'.repeat(1e5), ...new Array(1e4).fill({ a: [1] }));
  console.table(Array.from({ length: 1e4 }, (_, i) => ({ i, j: i })));
  console.log(new Array(1e7), new Map(Array.from({ length: 1e5 }, (_, i) => [i, i])), Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ['k' + i, i])));
  for (let i = 0; i < 1e4; i++) {
    console.group(i);
    console.time('t' + i);
    console.count('c' + i);
  }
  console.log('deep');
  return 'done';
};
