export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].includes.call({ get length() {
    return 2 ** 53 - 1;
  } }, 1));
};
