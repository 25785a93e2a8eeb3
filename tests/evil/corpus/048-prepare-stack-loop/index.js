export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  Error.prepareStackTrace = () => {
    for (;;);
  };
  throw new Error('y');
};
