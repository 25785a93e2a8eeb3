export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(await Array.fromAsync({ length: 2 ** 53 - 1 }));
};
