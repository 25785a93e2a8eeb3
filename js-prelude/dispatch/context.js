// `ctx`: what a handler sees of its call.
//
// call.js makes one for a handler that can see it. A context is one Proxy, whose members are read, and made, when the handler asks for them.
//
// Invariant: members are read-only and cannot be told from those of an object that has them all; a member that is taken out works.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_header, op_skep_headers, op_skep_url } = core.ops;
  const {
    ArrayPrototypePush, Object, ObjectDefineProperty, ObjectFreeze, ObjectSetPrototypeOf, Proxy, ReflectDefineProperty, ReflectDeleteProperty, ReflectGet,
    ReflectGetOwnPropertyDescriptor, ReflectHas, ReflectOwnKeys, ReflectSet, SafeArrayIterator, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit,
    SymbolFor, TypeError,
  } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");
  const { callFunction } = core.loadExtScript("ext:skep/dispatch/call_function.js");

  /** What a member is kept in, once it is made. */
  const EMPTY = ObjectFreeze({});

  const unsupported = (name, instead) => () => () => {
    throw new TypeError(`ctx.${name} is not supported: ${instead}`);
  };

  /** A traceparent is version-traceId-spanId-flags. */
  function traceOf(call) {
    const { 1: traceId, 2: spanId, 3: flags } = StringPrototypeSplit(call.outgoingTraceparent(), "-");
    return { traceId, spanId, sampled: flags === "01" };
  }

  /** The segments of the path for which the route has a name, and those below it by the name `*`. */
  function paramsOf(call) {
    const url = op_skep_url(call.id);
    const target = StringPrototypeSlice(url, StringPrototypeIndexOf(url, "/", StringPrototypeIndexOf(url, "://") + 3));
    return core.loadExtScript("ext:skep/dialects/shared/route_params.js").paramsOf(call, StringPrototypeSplit(target, "?")[0]);
  }

  /** The cookies of the request; those that are set go to the answer (respond.js). */
  function cookiesOf(call) {
    const { cookiesFor } = core.loadExtScript("ext:skep/dialects/netlify/cookies.js");
    return ObjectFreeze(cookiesFor(() => op_skep_headers(call.id), (cookie) => call.setCookie(cookie)));
  }

  /** The client's address; behind a trusted proxy the one that the proxy names. */
  function ipOf(call) {
    const chain = StringPrototypeSplit(op_skep_header(call.id, "x-forwarded-for") ?? "", ", ");
    return chain.length > 1 ? chain[chain.length - 2] : call.remoteAddress()?.hostname ?? "";
  }

  /** `ctx.exports` of Workers: each of its members would be another Worker. */
  const EXPORTS = new Proxy({}, {
    __proto__: null,
    get: (_, name) => {
      if (typeof name !== "string" || name === "then" || name === "toJSON") return undefined;
      throw new TypeError(`ctx.exports.${name} is not supported: call another function with ctx.call, or the export by its name`);
    },
  });

  /** Members that are read again each time. */
  const READ = {
    __proto__: null,
    env: () => instance.env,
    function: () => instance.functionName,
    version: () => instance.versionId,
    requestId: (call) => call.requestId(),
    trace: traceOf,
    remoteAddr: (call) => call.remoteAddress(),
  };

  /** Members that a context makes once. */
  const MADE = {
    __proto__: null,
    /** Calls another function without a socket, in the same trace. */
    call: (call) => (name, input = "/", init = undefined) => callFunction(call, name, input, init),
    /** Keeps the instance alive until the promise settles. */
    waitUntil: (call) => (promise) => call.waitUntil(promise),
    /** Accepted for Workers code; there is no origin to pass through to. */
    passThroughOnException: () => () => {},
    props: () => ({}),
    exports: () => EXPORTS,
    params: paramsOf,
    ip: ipOf,
    url: (call) => new (core.loadExtScript("ext:deno_web/00_url.js").URL)(op_skep_url(call.id)),
    cookies: cookiesOf,
    geo: () => EMPTY,
    site: () => EMPTY,
    account: () => EMPTY,
    deploy: () => EMPTY,
    server: () => ObjectFreeze({ region: "local" }),
    json: () => (value, init) => core.loadExtScript("ext:deno_fetch/23_response.js").Response.json(value, init),
    log: () => (...values) => globalThis.console.log(...values),
    next: unsupported("next()", "there is no other handler behind this one"),
    rewrite: unsupported("rewrite()", "call the other function with ctx.call, or fetch the address"),
    abort: unsupported("abort()", "throw an error"),
  };

  const KEYS = [];
  for (const table of [READ, MADE]) for (const name of ReflectOwnKeys(table)) ArrayPrototypePush(KEYS, name);

  let callOf; // (target)
  let madeOf; // (target)

  /** What was made of one context, by its name. V8 keeps it in fast mode. */
  class Made {
    call = undefined;
    waitUntil = undefined;
    static {
      ObjectSetPrototypeOf(this.prototype, null);
    }
  }

  /** What lies behind the Proxy: it holds what the handler itself adds to its context. */
  class Context {
    #call;
    #made = null;
    constructor(call) {
      this.#call = call;
    }
    static {
      callOf = (target) => target.#call;
      madeOf = (target) => target.#made ??= new Made();
    }
    /** The console asks it what to show. */
    [SymbolFor("Deno.privateCustomInspect")](inspect, options) {
      const shown = {};
      for (const name of ["function", "version", "requestId", "trace", "remoteAddr"]) {
        try {
          shown[name] = READ[name](this.#call);
        } catch {
          shown[name] = undefined; // The request is over.
        }
      }
      return `Context ${inspect(shown, options)}`;
    }
  }
  ObjectDefineProperty(Context.prototype, "constructor", { __proto__: null, value: Object, writable: true, enumerable: false, configurable: true });

  const isMember = (key) => READ[key] !== undefined || MADE[key] !== undefined;

  /** The value of a member, or else what the handler has added. */
  function get(target, key, receiver) {
    const read = READ[key];
    if (read !== undefined) return read(callOf(target));
    const make = MADE[key];
    if (make === undefined) return ReflectGet(target, key, receiver);
    const made = madeOf(target);
    return made[key] ??= make(callOf(target));
  }

  const HANDLER = {
    __proto__: null,
    get,
    has: (target, key) => isMember(key) || ReflectHas(target, key),
    set: (target, key, value, receiver) => {
      if (isMember(key)) throw new TypeError(`ctx.${key} is read-only`);
      return ReflectSet(target, key, value, receiver);
    },
    defineProperty: (target, key, descriptor) => !isMember(key) && ReflectDefineProperty(target, key, descriptor),
    deleteProperty: (target, key) => !isMember(key) && ReflectDeleteProperty(target, key),
    ownKeys: (target) => {
      const keys = [...new SafeArrayIterator(KEYS)];
      const added = ReflectOwnKeys(target);
      for (let i = 0; i < added.length; i++) ArrayPrototypePush(keys, added[i]);
      return keys;
    },
    getOwnPropertyDescriptor: (target, key) => isMember(key)
      ? { __proto__: null, value: get(target, key), writable: false, enumerable: true, configurable: true }
      : ReflectGetOwnPropertyDescriptor(target, key),
    // Members are not the target's own, so that it must stay open.
    preventExtensions: () => false,
  };

  const contextOf = (call) => new Proxy(new Context(call), HANDLER);

  return { contextOf, EXPORTS };
})();
