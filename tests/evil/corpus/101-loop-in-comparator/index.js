export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([3, 1, 2].sort(() => {
    for (;;);
  }));
};
