export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 100; i++) new URLPattern({ pathname: '/:a(' + '(?:x+x+)+'.repeat(20) + ')' }).test({ pathname: '/' + 'x'.repeat(40) });
  return 'done';
};
