export default (request, { cookies }) => {
  const as = new URL(request.url).searchParams.get("as");
  if (as === "bad") {
    return [["a b", "x"], ["a", "x\r\nset-cookie: y=1"], [{ name: "a", value: "x", path: "/; Domain=evil.test" }], [{ name: "a", value: "x", unparsed: ["a\nb"] }]]
      .map((cookie) => {
        try {
          cookies.set(...cookie);
          return "set";
        } catch (error) {
          return error.name;
        }
      });
  }
  cookies.set("a", "b");
  cookies.set({ name: "c", value: "d", httpOnly: true, secure: true, sameSite: "Lax", maxAge: 5, path: "/", domain: "x.test" });
  cookies.delete("e");
  switch (as) {
    case "json":
      return { a: 1 };
    case "response":
      return new Response("response", { status: 201, headers: [["x-own", "1"], ["set-cookie", "own=1"]] });
    case "stream":
      return new Response("stream").body;
    case "bytes":
      return new TextEncoder().encode("bytes");
    default:
      return as;
  }
};
