export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('1'.repeat(0x8000001).split('').length);
};
