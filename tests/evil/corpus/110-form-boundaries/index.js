export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const type = 'multipart/form-data; boundary=';
  for (const [boundary, body] of [['a'.repeat(1e6), '--' + 'a'.repeat(999999)], ['a'.repeat(1000), ('--' + 'a'.repeat(999) + 'b').repeat(5000)], ['x', '--x\r\n'.repeat(1e5)], ['x', '--x\r\ncontent-disposition: form-data; name="' + 'n'.repeat(1e6)], ['x', '--x\r\n' + 'a: b\r\n'.repeat(1e5) + '\r\n--x--'], ['x', '--x\r\ncontent-disposition: form-data; name="a"; filename="' + '\\"'.repeat(1e5) + '"\r\n\r\n\r\n--x--']]) {
    await new Response(body, { headers: { 'content-type': type + boundary } }).formData().catch(() => {});
  }
  await new Response('a=b&'.repeat(1e5), { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData();
  return 'survived';
};
