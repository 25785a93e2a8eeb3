export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 5000; i++) setInterval(() => {}, 0);
  await new Promise((wake) => setTimeout(wake, 500));
  for (let i = 1; i < 6000; i++) clearInterval(i);
  return 'done';
};
