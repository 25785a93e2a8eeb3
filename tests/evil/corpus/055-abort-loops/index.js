export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  request.signal.addEventListener('abort', () => {
    for (;;);
  });
  await new Promise((wake) => setTimeout(wake, 2000));
  return 'too late';
};
