export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits']);
  await Promise.all(Array.from({ length: 32 }, () => crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(8), iterations: 4294967295 }, key, 256)));
  return 'derived';
};
