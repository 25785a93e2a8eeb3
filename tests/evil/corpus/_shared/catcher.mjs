// Built-ins that do their work and look at whatever passes through them: `this`, arguments, results, what is awaited, what is given to a callback.
// `caught` names what belongs to the host: a Call, the instance, core, internals, an op.

const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
const seen = new WeakSet();
const { has, add } = WeakSet.prototype;
const { startsWith } = String.prototype;
const { hasOwn } = Object;
const textOf = String;
export const caught = [];
let budget = 30_000;
let isBusy = false;

const note = (what, where) => {
  if (caught.length < 20) caught[caught.length] = `${what}: ${where}`;
};

function look(value, where, depth) {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || apply(has, seen, [value]) || budget-- < 0) return;
  apply(add, seen, [value]);
  // It has members of these names by now.
  if (value === Object.prototype) return;
  if (hasOwn(value, "isSkepCall")) note("a call", where);
  if (hasOwn(value, "loadExtScript")) note("core", where);
  if (hasOwn(value, "trace") && hasOwn(value, "globals")) note("the internals", where);
  if (hasOwn(value, "answersItself") || hasOwn(value, "scheduledHandler")) note("the instance", where);
  if (hasOwn(value, "op_skep_fail")) note("ops", where);
  // deno_core calls async ops by Function.prototype.call, so that whoever replaces it sees them: 194-ops-by-call.
  if (typeof value === "function" && where !== "call" && apply(startsWith, `${getOwnPropertyDescriptor(value, "name")?.value}`, ["op_skep"])) note(value.name, where);
  if (depth === 0) return;
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length && i < 200; i++) {
    const property = getOwnPropertyDescriptor(value, keys[i]);
    if (property === undefined) continue;
    look(property.value, `${textOf(keys[i])} of ${where}`, depth - 1);
    look(property.get, where, depth - 1);
  }
  look(getPrototypeOf(value), where, depth - 1);
}

/** Looks without being looked at. */
export function watch(value, where) {
  if (isBusy) return;
  isBusy = true;
  try {
    look(value, where, 4);
  } catch {
    // A Proxy or a host object that cannot be looked at.
  }
  isBusy = false;
}

function watching(original, where) {
  const wrapper = {
    method(...args) {
      watch(this, where);
      for (let i = 0; i < args.length; i++) {
        watch(args[i], where);
        const arg = args[i];
        if (where !== "then" || typeof arg !== "function") continue;
        args[i] = (value) => {
          watch(value, "the value of a promise");
          return arg(value);
        };
      }
      const result = apply(original, this, args);
      watch(result, where);
      return result;
    },
  }.method;
  return wrapper;
}

const OF_NAMES = [
  "then", "0", "1", "2", "done", "body", "status", "headers", "url", "method", "call", "signal", "id", "handle", "handler",
  "error", "type", "data", "write", "final", "read", "start", "pull", "cancel", "cause", "request", "response", "result", "context", "answer",
  "reader", "names", "name", "path", "settings", "env", "onLeave", "onIdle", "onUncaught", "node", "schedules", "nodeModules", "nodeOps",
  "nodeBuiltIn", "requireNode", "reportException", "currentCall", "parseJson", "use", "next", "return", "throw",
];

/** Members of all objects that have none of their own. */
function watchInherited() {
  for (let i = 0; i < OF_NAMES.length; i++) {
    const name = OF_NAMES[i];
    if (hasOwn(Function.prototype, name) && name !== "name") continue;
    defineProperty(Object.prototype, name, {
      __proto__: null,
      get() {
        watch(this, `get ${name}`);
        return undefined;
      },
      set(value) {
        watch(this, `set ${name}`);
        watch(value, `set ${name}`);
        defineProperty(this, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
      },
      configurable: true,
    });
  }
}

function watchMethods(holder) {
  const keys = ownKeys(holder);
  for (let i = 0; i < keys.length; i++) {
    const property = getOwnPropertyDescriptor(holder, keys[i]);
    if (typeof property.value !== "function" || keys[i] === "constructor" || !property.configurable) continue;
    defineProperty(holder, keys[i], { __proto__: null, ...property, value: watching(property.value, typeof keys[i] === "symbol" ? keys[i].description : keys[i]) });
  }
}

/** Promises that V8 does not know as its own: each `await` calls their `then`. */
function watchPromises() {
  const Other = class extends Promise {};
  defineProperty(Promise.prototype, "constructor", {
    __proto__: null,
    get() {
      watch(this, "the constructor of a promise");
      return Other;
    },
    configurable: true,
  });
}

export function watchAll(withPromises) {
  const iterators = [[][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator]()];
  for (const holder of [
    Array.prototype, Map.prototype, Set.prototype, WeakMap.prototype, WeakSet.prototype, Promise.prototype, Function.prototype, RegExp.prototype,
    String.prototype, JSON, Object, Reflect, ...iterators.map(getPrototypeOf),
  ]) watchMethods(holder);
  if (withPromises) watchPromises();
  watchInherited();
}
