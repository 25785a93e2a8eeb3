export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const response = new Response('x');
  await response.text();
  return response;
};
