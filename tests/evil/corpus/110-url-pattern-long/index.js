export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (const pathname of ['/:a{n}?'.repeat(1e4), '{'.repeat(1e5), '(a)'.repeat(1e5), '/*'.repeat(1e4), '\\'.repeat(1e5), '/:' + 'a'.repeat(1e6), '(' + '[\\p{L}]'.repeat(1e5) + ')']) {
    try {
      new URLPattern({ pathname }).exec({ pathname: '/' + 'a/'.repeat(1e5) });
    } catch {}
  }
  return 'survived';
};
