export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let letters = '';
  for (let i = 0; i < 20000; i++) letters += String.fromCharCode(0x4e00 + i);
  const attempts = ['http://' + letters.repeat(20), 'http://xn--' + 'a'.repeat(1e6) + '9', 'http://' + '\u0300\u0316'.repeat(1e5), 'http://' + 'a.'.repeat(1e6), 'http://x/' + '../'.repeat(3e6), 'http://x/' + 'a/%2e%2e/'.repeat(1e6), 'http://[' + ':'.repeat(1e6) + ']', 'http://' + '1.'.repeat(1e6), 'http://' + '0x'.repeat(1e6), 'http://x/?' + '\u0300'.repeat(3e6), 'file:///' + 'C|/'.repeat(1e6)];
  for (const url of attempts) {
    try {
      new URL(url);
      new URL(url, url);
    } catch {}
  }
  return 'survived';
};
