export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((await request.text()).length);
};
