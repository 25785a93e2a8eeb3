export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const length = (n) => (n < 128 ? [n] : n < 65536 ? [130, n >> 8, n & 255] : [131, n >> 16, (n >> 8) & 255, n & 255]);
  const tagged = (tag, ...parts) => {
    const inner = parts.flat();
    return [tag, ...length(inner.length), ...inner];
  };
  const number = new Array(60000).fill(0xfd);
  const huge = tagged(2, [0, ...number]);
  const der = (n, e) => new Uint8Array(tagged(48, tagged(48, tagged(6, [42, 134, 72, 134, 247, 13, 1, 1, 1]), [5, 0]), tagged(3, [0], tagged(48, n, e))));
  const text = new Uint8Array(number).toBase64({ alphabet: 'base64url', omitPadding: true });
  const jobs = [];
  for (let i = 0; i < 8; i++) {
    for (const e of [huge, [2, 3, 1, 0, 1]]) {
      const bytes = der(huge, e);
      jobs.push(crypto.subtle.importKey('spki', bytes, { name: 'RSA-OAEP', hash: 'SHA-1' }, true, ['encrypt']).then((key) => crypto.subtle.encrypt('RSA-OAEP', key, new Uint8Array(100))));
      jobs.push(crypto.subtle.importKey('spki', bytes, { name: 'RSA-PSS', hash: 'SHA-1' }, true, ['verify']).then((key) => crypto.subtle.verify({ name: 'RSA-PSS', saltLength: 20 }, key, new Uint8Array(60000).fill(3), new Uint8Array(1))));
    }
    jobs.push(crypto.subtle.importKey('jwk', { kty: 'RSA', n: text, e: text }, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' }, true, ['verify']).then((key) => crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, new Uint8Array(60000).fill(3), new Uint8Array(1))));
  }
  const pair = await crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-1' }, true, ['sign', 'verify']);
  for (const saltLength of [2 ** 31 - 1, 2 ** 32 - 1, 2 ** 30]) jobs.push(crypto.subtle.sign({ name: 'RSA-PSS', saltLength }, pair.privateKey, new Uint8Array(1)));
  for (const saltLength of [2 ** 31 - 1, 2 ** 32 - 1]) jobs.push(crypto.subtle.verify({ name: 'RSA-PSS', saltLength }, pair.publicKey, new Uint8Array(128), new Uint8Array(1)));
  const settled = await Promise.race([Promise.allSettled(jobs), new Promise((wake) => setTimeout(wake, 3000, []))]);
  return `${settled.length}`;
};
