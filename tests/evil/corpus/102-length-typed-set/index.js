export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Uint8Array(8).set({ length: 2 ** 53 - 1 }));
};
