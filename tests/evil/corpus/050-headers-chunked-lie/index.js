export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new Response('5\r\nhello\r\n0\r\n\r\n', { headers: { 'transfer-encoding': 'chunked', connection: 'upgrade', upgrade: 'x' } });
};
