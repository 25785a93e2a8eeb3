export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await Promise.all(Array.from({ length: 16 }, () => crypto.subtle.generateKey({ name: 'RSA-PSS', modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-512' }, true, ['sign', 'verify'])));
  return 'made';
};
