export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  console.log(new Proxy({}, new Proxy({}, { get: () => () => {
    for (;;);
  } })), { get a() {
    for (;;);
  } });
  console.log({ [Symbol.for('Deno.customInspect')]() {
    for (;;);
  }, [Symbol.for('nodejs.util.inspect.custom')]() {
    for (;;);
  }, toString() {
    for (;;);
  } });
  return 'done';
};
