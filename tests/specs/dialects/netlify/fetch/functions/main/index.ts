type Context = Record<string, any>;

export default async (request: Request, context: Context) => {
  const { pathname } = new URL(request.url);
  switch (pathname) {
    case "/text": return "text";
    case "/object": return { a: 1 };
    case "/undefined": return undefined;
    case "/json": return context.json({ a: 1 });
    case "/body": return new Response(await request.text(), { status: 201 });
    case "/throw": throw new Error("thrown");
    case "/next": return context.next();
    case "/rewrite": return context.rewrite("/x");
    case "/cookies":
      context.cookies.set("a", "1");
      context.cookies.set({ name: "b", value: "2", path: "/", httpOnly: true, secure: true, sameSite: "Lax", maxAge: 5, domain: "x.test" });
      context.cookies.delete("c");
      context.cookies.delete({ name: "d", path: "/p" });
      return new Response(`${context.cookies.get("in")} ${context.cookies.get("none")}`, { headers: { "x-own": "kept" } });
    case "/cookie-text": context.cookies.set("a", "1"); return "text";
    case "/bad-cookie": context.cookies.set("a", "b\r\nx: y"); return "no";
    case "/background": context.waitUntil(new Promise((resolve) => setTimeout(resolve, 5)).then(() => console.log("went on"))); return "at once";
    case "/spread": { const { waitUntil, json, call } = { ...context }; waitUntil(Promise.resolve()); return json(typeof call); }
  }
  return Response.json({
    ip: context.ip, url: context.url.pathname, params: context.params, geo: context.geo, site: context.site, account: context.account, deploy: context.deploy,
    server: context.server, same: context.requestId.length > 0, function: context.function, env: context.env.GREETING,
  });
};
