export default () => {
  const headers = new Headers({ vary: "accept" });
  headers.append("vary", "origin");
  for (const cookie of ["a=1; Path=/", "b=2; HttpOnly", "a=3"]) headers.append("set-cookie", cookie);
  return new Response(`${headers.getSetCookie().length} cookies`, { headers });
};
