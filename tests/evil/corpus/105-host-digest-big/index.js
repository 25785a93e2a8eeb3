export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const data = new Uint8Array(32 << 20);
  for (;;) await Promise.all(Array.from({ length: 16 }, () => crypto.subtle.digest('SHA-512', data)));
};
