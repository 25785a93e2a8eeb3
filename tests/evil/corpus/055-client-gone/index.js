export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await new Promise((wake) => setTimeout(wake, 300));
  return 'too late';
};
