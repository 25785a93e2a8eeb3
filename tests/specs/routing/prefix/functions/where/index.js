export default (request) => ({
  url: request.url,
  prefix: request.headers.get("x-forwarded-prefix"),
  host: request.headers.get("x-forwarded-host"),
  proto: request.headers.get("x-forwarded-proto"),
  for: request.headers.get("x-forwarded-for"),
});
