export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const response = new Response('x');
  Object.defineProperty(response, 'status', { get: () => 7 });
  return response;
};
