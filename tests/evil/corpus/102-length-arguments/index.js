export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((function () {
    arguments.length = 2 ** 53 - 1;
    return [].indexOf.call(arguments, {});
  })(1));
};
