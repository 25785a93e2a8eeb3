export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Uint8Array(2 ** 24).fill(1).indexOf(2) + new Float64Array(2 ** 22).lastIndexOf(NaN));
};
