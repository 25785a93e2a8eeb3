export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.entries(new Uint8Array(2 ** 25)).length);
};
