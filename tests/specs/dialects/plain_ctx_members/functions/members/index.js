const attempt = (work) => {
  try {
    return work();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
};

export default async (request, ctx) => {
  const { call, waitUntil, json, log, cookies } = ctx;
  const { pathname } = new URL(request.url);
  if (pathname === "/inner") return "inner";
  if (pathname === "/log") {
    log("logged", 1, { a: 2 });
    return "ok";
  }
  const copy = { ...ctx };
  waitUntil(Promise.resolve());
  copy.waitUntil(Promise.resolve());
  return {
    keys: Object.keys(ctx),
    copied: Object.keys(copy).length === Object.keys(ctx).length,
    called: await (await call("members", "/inner")).text(),
    calledByCopy: await (await copy.call("members", "/inner")).text(),
    json: await json({ a: 1 }, { status: 201 }).text(),
    kept: ctx.call === call && ctx.props === ctx.props && ctx.cookies === cookies,
    has: ["env" in ctx, "nothing" in ctx, ctx.hasOwnProperty("env"), ctx instanceof Object],
    values: {
      ip: ctx.ip, path: ctx.url.pathname, isUrl: ctx.url instanceof URL, params: ctx.params, geo: ctx.geo, site: ctx.site, account: ctx.account,
      deploy: ctx.deploy, server: ctx.server, cookie: cookies.get("k"), noCookie: cookies.get("nothing") ?? null,
    },
    readOnly: [attempt(() => { ctx.env = 1; }), Reflect.deleteProperty(ctx, "env"), Reflect.defineProperty(ctx, "env", { value: 1 })],
    own: attempt(() => {
      ctx.user = "me";
      return [ctx.user, Object.keys(ctx).at(-1), delete ctx.user, ctx.user ?? null];
    }),
    derived: attempt(() => Object.create(ctx).function),
    next: attempt(() => ctx.next()),
    rewrite: attempt(() => ctx.rewrite("/x")),
    exports: attempt(() => ctx.exports.Other),
    abort: attempt(() => ctx.abort()),
    passThroughOnException: attempt(() => ctx.passThroughOnException() ?? null),
    constructed: attempt(() => ctx.constructor === Object),
  };
};
