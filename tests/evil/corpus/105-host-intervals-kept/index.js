export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 100; i++) setInterval(() => {
    for (let n = 0; n < 1e5; n++);
  }, 0);
  return 'answered';
};
