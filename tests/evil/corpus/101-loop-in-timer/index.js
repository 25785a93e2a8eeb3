export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  setTimeout(() => {
    for (;;);
  }, 1);
  await new Promise((wake) => setTimeout(wake, 3000));
  return 'late';
};
