export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const stack = new DisposableStack();
  for (let i = 0; i < 1e5; i++) stack.defer(() => { throw new Error(i); });
  const more = new AsyncDisposableStack();
  for (let i = 0; i < 1e5; i++) more.defer(async () => { throw i; });
  await more.disposeAsync().catch((error) => console.error(error));
  stack.dispose();
};
