export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Uint8Array({ length: 2 ** 33 }));
};
