export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  for (const method of ['CONNECT', 'TRACE', 'x'.repeat(1e6), 'G ET', '\u0130']) await fetch(at, { method }).catch(() => {});
  for (const url of ['http://', 'http://[', 'http://x:99999/', 'http://' + 'a'.repeat(70000) + '/', 'http://a.b'.repeat(1000), at + '/' + 'p'.repeat(1e7), 'http://user:pass@127.0.0.1/', 'HTTP:' + '/'.repeat(1000)]) await fetch(url).catch(() => {});
  await fetch(at, { headers: { 'content-length': '-1', 'transfer-encoding': 'x', host: '\x01', 'x-skep-hops': '0', traceparent: 'x'.repeat(1e5) } }).catch(() => {});
  return 'survived';
};
