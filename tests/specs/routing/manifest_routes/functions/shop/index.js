export default (request) => {
  const { pathname, search } = new URL(request.url);
  const prefix = request.headers.get("x-forwarded-prefix");
  return `${pathname}${search} ${prefix ? `with prefix ${prefix}` : "without prefix"}`;
};
