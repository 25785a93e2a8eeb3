export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new Response('x', { status: 99 });
};
