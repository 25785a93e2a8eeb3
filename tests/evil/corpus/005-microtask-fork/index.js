export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const fork = () => {
    queueMicrotask(fork);
    queueMicrotask(fork);
  };
  fork();
  await new Promise(() => {});
};
