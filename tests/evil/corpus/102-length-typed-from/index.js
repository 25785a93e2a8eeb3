export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Uint8Array.from({ length: 2 ** 32 }));
};
