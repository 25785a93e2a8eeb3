export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; ; i++) {
    const r = new RegExp('(a|b|c){1,20}x' + i);
    r.test('aaaa');
    kept.push(r);
  }
};
