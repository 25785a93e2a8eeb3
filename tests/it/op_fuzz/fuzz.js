// Calls everything that a function can reach, with everything that a function can make up.
//
// Reachable is what hangs below the global object: every function, getter and setter of every prototype, what those give back, and what the
// engine shows of itself (call sites, iterators). `?seed=` begins a sequence of random calls, `?calls=` says how many, `?log` tells each one
// before it is made, `?list` answers with what is reachable.

/** https://en.wikipedia.org/wiki/Xorshift: the same seed gives the same calls. */
function random(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

// Without an end, or with one that only the clock knows; what they are about is tested elsewhere.
const PASSED_OVER = ["Atomics.wait", "WebAssembly", "gc"];

/** Every function that can be reached, with a name for it. */
function reachable() {
  const found = [];
  const seen = new Set();
  const visit = (value, path, depth) => {
    if (value === null || (typeof value !== "object" && typeof value !== "function") || seen.has(value)) return;
    if (depth > 6 || PASSED_OVER.some((name) => path.endsWith(name))) return;
    seen.add(value);
    if (typeof value === "function") found.push([path, value]);
    let keys = [];
    try {
      keys = Reflect.ownKeys(value);
    } catch {}
    for (const key of keys) {
      let property;
      try {
        property = Reflect.getOwnPropertyDescriptor(value, key);
      } catch {}
      if (property === undefined) continue;
      const name = `${path}.${String(key)}`;
      if ("value" in property) visit(property.value, name, depth + 1);
      else {
        visit(property.get, `${name}:get`, depth + 1);
        visit(property.set, `${name}:set`, depth + 1);
      }
    }
    try {
      visit(Object.getPrototypeOf(value), `${path}.__proto__`, depth + 1);
    } catch {}
  };
  visit(globalThis, "globalThis", 0);
  for (const [name, value] of hosts()) visit(value, name, 1);
  return found;
}

/** Objects that no constructor gives, and what the engine shows of itself. */
function hosts() {
  const prepare = Error.prepareStackTrace;
  Error.prepareStackTrace = (_, frames) => frames;
  const frames = new Error("x").stack;
  Error.prepareStackTrace = prepare;
  return [
    ["call site", frames[0]],
    ["generator", (function* () {})()],
    ["async generator", (async function* () {})()],
    ["async function", async () => {}],
    ["array iterator", [].values()],
    ["map iterator", new Map().entries()],
    ["string iterator", ""[Symbol.iterator]()],
    ["regexp iterator", "a".matchAll(/a/g)],
    ["headers iterator", new Headers().entries()],
    ["search params iterator", new URLSearchParams().keys()],
    ["form data iterator", new FormData().values()],
    ["wrapped iterator", Iterator.from({ next: () => ({ done: true }) })],
    ["stream iterator", new ReadableStream().values()],
    ["segmenter", new Intl.Segmenter().segment("a")],
    ["console", console],
    ["context", context],
    ["request", request],
  ];
}

let context = null;
let request = null;

/** One value of every hostile kind; a new one each time, because many are used up. */
function makeValues(pick, functions) {
  const throwing = new Proxy(function () {}, {
    get() { throw new Error("get"); },
    set() { throw new Error("set"); },
    has() { throw new Error("has"); },
    ownKeys() { throw new Error("ownKeys"); },
    apply() { throw new Error("apply"); },
    construct() { throw new Error("construct"); },
    getPrototypeOf() { throw new Error("getPrototypeOf"); },
    getOwnPropertyDescriptor() { throw new Error("descriptor"); },
  });
  const reentering = new Proxy({}, {
    get(_, key) {
      console.debug("again", key);
      structuredClone([new Date()]);
      crypto.getRandomValues(new Uint8Array(2));
      new TextDecoder().decode(new Uint8Array(2));
      return key === Symbol.toPrimitive ? undefined : reentering;
    },
    has: () => true,
    ownKeys: () => ["name", "a"],
    getOwnPropertyDescriptor: () => ({ value: 1, configurable: true, enumerable: true }),
  });
  let turns = 0;
  const changing = { get name() { return turns++ % 2 ? undefined : "AES-GCM"; }, get length() { return turns++ % 3 ? 128 : -1; }, get type() { return {}; } };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const buffer = new ArrayBuffer(16);
  const detached = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  const cyclic = { list: [] };
  cyclic.list.push(cyclic, cyclic.list);
  const makers = [
    () => undefined, () => null, () => true, () => 0, () => -0, () => -1, () => 1.5, () => NaN, () => Infinity, () => -Infinity,
    () => 2 ** 31, () => 2 ** 32 - 1, () => 2 ** 53, () => 1e308, () => 10n ** 30n, () => -1n, () => "", () => "a", () => "\ud800", () => "\0",
    () => "x".repeat(100_000), () => "http://127.0.0.1:1/", () => "data:,x", () => "blob:null/x", () => "name", () => "length", () => "__proto__",
    () => "constructor", () => "utf-8", () => "bytes", () => "jwk", () => "raw", () => "AES-GCM", () => "SHA-256", () => "P-256", () => "GET",
    () => Symbol("s"), () => Symbol.iterator, () => Symbol.toPrimitive, () => ({}), () => [], () => [1, , 3], () => new Array(1000), () => cyclic,
    () => Object.create(null), () => throwing, () => reentering, () => changing, () => revoked.proxy, () => new Proxy([], {}), () => new Proxy(() => {}, {}),
    () => detached, () => buffer, () => new ArrayBuffer(0), () => new Uint8Array(0), () => new Uint8Array(32), () => new Float64Array(4),
    () => new DataView(new ArrayBuffer(8)), () => new BigInt64Array(2), () => new Date(NaN), () => /a/g, () => new Map([[1, 2]]), () => new Set([1]),
    () => new WeakMap(), () => Promise.resolve(1), () => new Promise(() => {}), () => ({ then(resolve) { resolve(1); } }), () => ({ then() { throw 1; } }),
    () => () => { throw new Error("called"); }, () => function () { return this; }, () => class { constructor() { throw 1; } }, () => function* () { yield 1; },
    () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: turns++ % 5 === 4, value: throwing }) }) }), () => ({ [Symbol.toPrimitive]: () => ({}) }),
    () => ({ toString() { throw 1; }, valueOf() { throw 2; } }), () => ({ toString: () => "x", length: 2 ** 32 - 1 }), () => ({ length: -1, 0: 1 }),
    () => new Error("x"), () => new DOMException("x", "AbortError"), () => new Headers(), () => new Request("http://x/", { method: "POST", body: "x" }),
    () => new Response("x"), () => new Blob(["x"]), () => new FormData(), () => new URL("http://x/"), () => new URLSearchParams("a=b"),
    () => new ReadableStream(), () => new ReadableStream({ type: "bytes" }), () => new WritableStream(), () => new TransformStream(),
    () => new AbortController().signal, () => AbortSignal.abort(), () => new MessageChannel().port1, () => new EventTarget(), () => new Event("x"),
    () => new TextDecoder(), () => new TextDecoderStream(), () => new CompressionStream("gzip"), () => crypto, () => crypto.subtle, () => CryptoKey.prototype,
    () => globalThis, () => context, () => context.env, () => ({ name: "AES-GCM", iv: new Uint8Array(12), length: 128 }),
    () => ({ name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }), () => ({ name: "HKDF", hash: "SHA-1", salt: detached, info: new Uint8Array(1) }),
    () => ({ kty: "oct", k: "AAAA", key_ops: ["sign"], ext: true }), () => ["encrypt", "decrypt"], () => ["sign"], () => ({ transfer: [buffer] }),
    () => ({ signal: {}, body: throwing, headers: [[1]] }), () => ({ highWaterMark: NaN, size: throwing }), () => ({ mode: "byob" }), () => ({ fatal: true, stream: true }),
    () => functions[pick(functions.length)][1],
  ];
  return () => {
    try {
      return makers[pick(makers.length)]();
    } catch {
      return undefined;
    }
  };
}

/** What a call gave is used as the receiver of later ones. */
export default async (asked, ctx) => {
  context = ctx;
  request = asked;
  const query = new URL(asked.url).searchParams;
  const pick = random(Number(query.get("seed")));
  const functions = reachable();
  if (query.get("list") !== null) return functions.map(([path, reached]) => `${path} ${reached.name}`);
  // What is damaged by the calls must not take the loop below with it.
  const { apply, construct } = Reflect;
  const swallow = () => {};
  const then = Promise.prototype.then;
  const results = [];
  const calls = Number(query.get("calls"));
  const make = makeValues(pick, functions);
  const isPromise = (value) => value instanceof Promise;
  const log = query.get("log") === null ? swallow : console.info.bind(console);
  for (let i = 0; i < calls; i++) {
    const [name, called] = functions[pick(functions.length)];
    const args = [];
    for (let left = pick(5); left > 0; left--) args[args.length] = make();
    const receiver = results.length > 0 && pick(2) === 0 ? results[pick(results.length)] : make();
    log(i, name);
    try {
      const result = pick(3) === 0 ? construct(called, args) : apply(called, receiver, args);
      if (isPromise(result)) apply(then, result, [swallow, swallow]);
      if ((typeof result === "object" && result !== null) || typeof result === "function") results[pick(64)] = result;
    } catch {}
  }
  return `${functions.length} functions`;
};
