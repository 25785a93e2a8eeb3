export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Error("x".repeat(2 ** 29 - 40)).stack.length);
};
