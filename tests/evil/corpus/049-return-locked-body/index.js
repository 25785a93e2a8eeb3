export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const response = new Response('x');
  response.body.getReader();
  return response;
};
