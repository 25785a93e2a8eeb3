export default (request) => {
  if (new URL(request.url).pathname === "/work") return "fine";
  return new Promise(() => {});
};
