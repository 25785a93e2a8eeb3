export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(await crypto.subtle.importKey('raw', new Uint8Array(1 << 16), 'HKDF', false, ['deriveBits']));
};
