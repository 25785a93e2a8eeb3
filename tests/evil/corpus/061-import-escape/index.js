export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const ways = [
    'file:///etc/passwd', '/etc/passwd', '../../../../../../etc/passwd', '../neighbour-00/index.js', './../neighbour-00/index.js', 'data:text/javascript,export default 1',
    'http://127.0.0.1/x.js', 'https://example.com/x.js', 'node:fs', 'fs', 'npm:left-pad', 'jsr:@std/fs', 'blob:null/x', 'ext:core/mod.js', 'ext:core/ops', 'ext:skep/api/globals.js',
    'ext:deno_fetch/26_fetch.js', 'internal:deno', '%2e%2e/neighbour-00/index.js', '.\\..\\x.js', './index.js\0.json', 'wasm:x', '\ud800',
  ];
  const imported = [];
  for (const way of ways) await import(way).then(() => imported.push(way), () => {});
  const absolute = '/etc/hostname';
  for (const type of ['json', 'css', 'bytes', 'text']) await import(absolute, { with: { type } }).then(() => imported.push(type), () => {});
  return imported.join(' ') || 'none';
};
