// The Deno dialect: `Deno.serve(handler)` and `Deno.cron(name, schedule, handler)`, and what modules for Deno Deploy or Supabase use beside it: `Deno.env`, `EdgeRuntime.waitUntil`.
//
// A module calls Deno.serve while it is evaluated; dialects/index.js then asks for the handler. api/globals.js makes the two global.
//
// Invariant: a function has one handler, and gets neither its Call nor deno_core's own `Deno` from here.

import { core, primordials } from "ext:core/mod.js";
import { op_skep_node_facts } from "ext:core/ops";
import { currentCall } from "ext:skep/core/trace.js";

const { ObjectFreeze, Promise, PromiseResolve, StringPrototypeSplit, TypeError } = primordials;

/** The release of Deno whose crates the host is built from, and the TypeScript that its compiler reads. */
const DENO_VERSION = "2.9.6";
const TYPESCRIPT_VERSION = "5.9.2";

// The lines of op_skep_node_facts.
const ARCH = 0;
const V8 = 2;
const facts = () => StringPrototypeSplit(op_skep_node_facts(), "\n");

let denoHandler = null; // The handler that the module gave to Deno.serve.
let hasCron = false; // Whether it called Deno.cron.

/** `Deno.serve`: registers the handler and starts no server. */
function serve(first, second) {
  const handler = typeof first === "function" ? first : typeof second === "function" ? second : first?.handler;
  if (typeof handler !== "function") throw new TypeError("Deno.serve needs a handler function");
  if (denoHandler !== null) throw new TypeError("Deno.serve was called before: a function has one handler");
  denoHandler = handler;
  const finished = new Promise(() => {});
  return {
    finished,
    addr: { transport: "tcp", hostname: "0.0.0.0", port: 80 },
    ref() {},
    unref() {},
    shutdown: async () => {},
  };
}

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
function infoOf(call) {
  return {
    get remoteAddr() {
      return call.remoteAddress();
    },
    completed: PromiseResolve(undefined),
  };
}

/** The handler, or null if the module is not written in this dialect. */
export function handlerOf(exported) {
  if (denoHandler === null) return hasCron && exported === undefined ? noHandler : null;
  const handler = denoHandler;
  return (request, call) => handler(request, infoOf(call));
}

/** `Deno` as far as functions written for Deno Deploy or Supabase need it. `env` returns the environment of the instance. */
export function denoNamespace(env) {
  const unsupported = (name) => () => {
    throw new TypeError(`Deno.env.${name} is not supported: set [env] in function.toml`);
  };
  return ObjectFreeze({
    __proto__: null,
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
