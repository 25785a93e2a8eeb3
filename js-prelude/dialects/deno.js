// The Deno dialect: `Deno.serve(handler)` and `Deno.cron(name, schedule, handler)`, and what modules for Deno Deploy or Supabase use beside
// them: `Deno.env`, `EdgeRuntime.waitUntil`.
//
// A module calls Deno.serve while it is evaluated; dialects/index.js then asks for the handler. api/globals.js makes `Deno` and `EdgeRuntime`
// global. All other members of `Deno` are in a lazy script, dialects/deno/members.js.
//
// Invariant: a function has one server at a time, and gets neither its Call nor deno_core's own `Deno` from here.

import { core, internals, primordials } from "ext:core/mod.js";
import { op_skep_node_facts } from "ext:core/ops";
import { currentCall } from "ext:skep/core/trace.js";
import { seenBy } from "ext:skep/dialects/shared/sees.js";

const {
  ObjectDefineProperty, ObjectFreeze, ObjectPrototypeIsPrototypeOf, Promise, PromisePrototypeThen, Proxy, StringPrototypeSplit,
  SymbolAsyncDispose, SymbolToStringTag, TypeError,
} = primordials;

/** The release of Deno whose crates the host is built from, and the TypeScript that its compiler reads. */
const DENO_VERSION = "2.9.6";
const TYPESCRIPT_VERSION = "5.9.2";

/** `navigator.userAgent` of a function that is not for Node. */
export const USER_AGENT = `Deno/${DENO_VERSION}`;

const ARCH = 0, V8 = 2; // Lines of op_skep_node_facts.
const facts = () => StringPrototypeSplit(op_skep_node_facts(), "\n");

const PORT = 8000; // Of Deno.serve without a port.
let hasCron = false; // Whether it called Deno.cron.

let current = null; // The server that answers.
let hasLoaded = false;
let isFound = false; // This is the dialect of the function.
let onFinishedRead = null; // While the module loads: called when it reads `finished` of its server.

/** The address that the options of Deno.serve ask for. Nothing is bound: the host listens. */
export function addressOf(options) {
  if (typeof options.path === "string") return { transport: "unix", path: options.path };
  if (options.cid !== undefined) return { transport: "vsock", cid: options.cid, port: options.port };
  return { transport: "tcp", hostname: options.hostname ?? "0.0.0.0", port: +options.port || PORT };
}

/** What a handler returns must be an answer, or `onError` is asked for one. */
function checkAnswer(answer) {
  const { ResponsePrototype } = core.loadExtScript("ext:deno_fetch/23_response.js");
  const kind = typeof answer;
  if (kind === "undefined" || kind === "function" || kind === "symbol") {
    throw new TypeError(`the handler of Deno.serve returned ${kind}: a Response, a string or something JSON can carry is needed`);
  }
  if (!ObjectPrototypeIsPrototypeOf(ResponsePrototype, answer)) return;
  if (answer.type === "error") throw new TypeError("the handler of Deno.serve returned Response.error()");
  if (answer.bodyUsed) throw new TypeError("the handler of Deno.serve returned a Response whose body was read already");
}

let answerOf; // (server, call, method, bodyKind) => what the handler returns.
let stop; // (server): no further call reaches its handler.
let isStopped; // (server)

/** What Deno.serve returns. */
class HttpServer {
  #addr;
  #finished;
  #finish;
  #handler;
  #onError;
  #seen; // How many arguments the handler can see.
  #isStopped = false;

  constructor(handler, options) {
    this.#addr = addressOf(options);
    this.#handler = handler;
    this.#onError = options.onError ?? null;
    this.#seen = seenBy(handler);
    this.#finished = new Promise((resolve) => this.#finish = resolve);
  }
  static {
    answerOf = (server, call, method, bodyKind) => {
      if (server.#isStopped) throw new TypeError("the server of Deno.serve is stopped: it was shut down, or its signal was aborted");
      const handler = server.#handler; // Called without a receiver.
      if (server.#seen === 0 && server.#onError === null) return handler();
      const request = core.loadExtScript("ext:skep/dispatch/request.js").makeRequest(call, method, bodyKind);
      if (server.#onError !== null) return server.#guarded(request, call);
      return server.#seen > 1 ? handler(request, infoOf(call)) : handler(request);
    };
    isStopped = (server) => server.#isStopped;
    stop = (server) => {
      if (server.#isStopped) return;
      server.#isStopped = true;
      // The calls that are under way are answered.
      PromisePrototypeThen(internals.openCalls(), () => server.#finish());
    };
  }
  async #guarded(request, call) {
    const handler = this.#handler;
    const onError = this.#onError;
    try {
      const answer = await handler(request, infoOf(call));
      checkAnswer(answer);
      return answer;
    } catch (error) {
      return onError(error);
    }
  }
  get addr() {
    return this.#addr;
  }
  get finished() {
    onFinishedRead?.();
    return this.#finished;
  }
  shutdown() {
    stop(this);
    return this.#finished;
  }
  ref() {}
  unref() {}
  [SymbolAsyncDispose]() {
    return this.shutdown();
  }
}
ObjectDefineProperty(HttpServer.prototype, SymbolToStringTag, { __proto__: null, value: "HttpServer", configurable: true });
ObjectDefineProperty(HttpServer.prototype, "constructor", { __proto__: null, value: Object, configurable: true, writable: true });

/** The handler and the options of the forms of Deno.serve. */
function readArguments(first, second) {
  if (typeof first === "function") return { __proto__: null, handler: first, options: {} };
  const options = first ?? {};
  const handler = typeof second === "function" ? second : options.handler;
  if (typeof handler !== "function") throw new TypeError("Deno.serve needs a handler function");
  const { onError } = options;
  if (onError !== undefined && onError !== null && typeof onError !== "function") throw new TypeError("onError of Deno.serve must be a function");
  return { __proto__: null, handler, options };
}

/** `Deno.serve`: registers the handler. The host listens, so that address, certificates and back-log are its own. */
function serve(first, second) {
  const { handler, options } = readArguments(first, second);
  if (hasLoaded && !isFound) throw new TypeError("Deno.serve was called too late: a handler can only be registered while the module loads");
  if (current !== null && !isStopped(current)) throw new TypeError("Deno.serve was called before: a function has one handler");
  const server = new HttpServer(handler, options);
  const { signal } = options;
  if (signal !== undefined && signal !== null) {
    const { add, AbortSignalPrototype } = core.loadExtScript("ext:deno_web/03_abort_signal.js");
    if (!ObjectPrototypeIsPrototypeOf(AbortSignalPrototype, signal)) throw new TypeError("signal of Deno.serve must be an AbortSignal");
    if (signal.aborted) stop(server);
    else signal[add](() => stop(server));
  }
  current = server;
  options.onListen?.(server.addr);
  return server;
}

/** What `remoteAddr` is for a call that another function makes: it comes from no socket. */
const IN_PROCESS = { transport: "tcp", hostname: "127.0.0.1", port: 0 };

/** `Deno.cron`: registers a schedule; the host keeps it. */
function cron(name, schedule, first, second) {
  const registered = core.loadExtScript("ext:skep/dispatch/scheduled.js").denoCron(name, schedule, first, second);
  hasCron = true;
  return registered;
}

/** In the place of a handler of a module that only schedules call. */
function noHandler() {
  throw new TypeError("the module has no handler for requests: it is called by schedules alone");
}

/** The second argument of a handler. */
export function infoOf(call) {
  return {
    get remoteAddr() {
      return call.remoteAddress() ?? { ...IN_PROCESS };
    },
    get completed() {
      return call.completed();
    },
  };
}

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported) {
  if (current === null) return hasCron && exported === undefined ? noHandler : null;
  isFound = true;
  return (call, method, bodyKind) => answerOf(current, call, method, bodyKind);
}

/** Whether the module has called Deno.serve. */
export const isRegistered = () => current !== null;

/** The module has loaded. In parentheses V8 compiles it into the snapshot. */
export const close = (function () {
  hasLoaded = true;
  onFinishedRead = null;
});

/** While the module loads: `read` is called when it reads `finished` of its server, for which it may wait forever. */
export function watchFinished(read) {
  onFinishedRead = read;
}

/** The members that few functions use. */
const lazyMembers = () => core.loadExtScript("ext:skep/dialects/deno/members.js");

/** `Deno` as far as functions need it. `env` returns the environment of the instance. */
export function denoNamespace(env) {
  const unsupported = (name) => () => {
    throw new TypeError(`Deno.env.${name} is not supported: set [env] in function.toml`);
  };
  const others = new Proxy({ __proto__: null }, {
    __proto__: null,
    get: (_, key) => typeof key === "string" ? lazyMembers().read(key) : undefined,
    has: (_, key) => typeof key === "string" && lazyMembers().has(key),
    set: (_, key, value) => typeof key === "string" && lazyMembers().write(key, value),
    getOwnPropertyDescriptor: () => undefined,
    ownKeys: () => [],
  });
  return ObjectFreeze({
    __proto__: others,
    serve,
    cron,
    get version() {
      return { deno: DENO_VERSION, v8: facts()[V8], typescript: TYPESCRIPT_VERSION };
    },
    get build() {
      const arch = facts()[ARCH];
      return { target: `${arch}-unknown-linux-gnu`, arch, os: "linux", vendor: "unknown", env: "gnu", standalone: true };
    },
    env: ObjectFreeze({
      __proto__: null,
      get: (key) => env()[key],
      has: (key) => env()[key] !== undefined,
      toObject: () => ({ ...env() }),
      set: unsupported("set"),
      delete: unsupported("delete"),
    }),
  });
}

/** `EdgeRuntime`, Supabase's name for what `ctx.waitUntil` does. */
export function edgeRuntimeNamespace() {
  return ObjectFreeze({
    waitUntil: (promise) => {
      const call = currentCall();
      if (call === undefined) throw new TypeError("EdgeRuntime.waitUntil works only while a request is handled");
      call.waitUntil(promise);
    },
  });
}
