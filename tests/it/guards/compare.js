// Calls the guarded built-ins with random receivers and arguments and writes down all that can be observed: traps, getters, conversions, calls,
// results, errors, and how the receiver looks afterwards.
//
// Run twice by tests/it/guards.rs: as a function of Skep and in a bare engine. The two texts must be equal.

"use strict";

function makeRandom(seed) {
  let state = seed >>> 0;
  const next = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  next.of = (list) => list[next(list.length)];
  return next;
}

const realPush = Array.prototype.push;
let log = [];
const note = (text) => realPush.call(log, text);

function show(value, depth = 3) {
  if (typeof value === "string") return value.length > 40 ? `'${value.length}:${hash(value)}'` : `'${value}'`;
  if (value === globalThis) return "globalThis";
  if (typeof value === "function") return `fn ${value.name}`;
  if (typeof value === "symbol") return value.toString();
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : `${value}`;
  if (depth === 0) return "...";
  const saved = log;
  log = [];
  try {
    const tag = Array.isArray(value) ? "Array" : Object.prototype.toString.call(value);
    const prototype = Object.getPrototypeOf(value);
    const kin = prototype === null ? "null" : prototype.constructor?.name;
    const parts = [];
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      const flags = `${property.writable ? "w" : ""}${property.enumerable ? "e" : ""}${property.configurable ? "c" : ""}`;
      realPush.call(parts, `${String(key)}[${flags}]=${"value" in property ? show(property.value, depth - 1) : "accessor"}`);
    }
    return `${tag}/${kin}{${parts.join(" ")}}${Object.isExtensible(value) ? "" : "!"}`;
  } catch (error) {
    return `unshowable ${error?.name}`;
  } finally {
    log = saved;
  }
}

function hash(text) {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (Math.imul(sum, 31) + text.charCodeAt(i)) | 0;
  return sum;
}

/** A handler that writes down every trap. */
function logged(name) {
  const handler = {};
  for (const trap of Reflect.ownKeys(Reflect)) {
    if (typeof trap !== "string" || typeof Reflect[trap] !== "function") continue;
    handler[trap] = (target, ...args) => {
      const key = ["get", "set", "has", "deleteProperty", "defineProperty", "getOwnPropertyDescriptor"].includes(trap) ? ` ${String(args[0])}` : "";
      note(`${name}.${trap}${key}`);
      return Reflect[trap](target, ...args);
    };
  }
  return handler;
}

function makeElement(random, depth) {
  switch (random(14)) {
    case 0: return undefined;
    case 1: return null;
    case 2: return NaN;
    case 3: return -0;
    case 4: return 1.5;
    case 5: return "text";
    case 6: return { toString: () => (note("element.toString"), "e"), toLocaleString: (...args) => (note(`element.toLocaleString ${args.length}`), "l") };
    case 7: return depth > 0 ? makeArray(random, depth - 1) : 7;
    case 8: return depth > 0 ? makeReceiver(random, depth - 1) : 8;
    case 9: return "";
    case 10: return true;
    default: return random(5);
  }
}

function makeArray(random, depth) {
  const array = [];
  const length = random(9);
  for (let i = 0; i < length; i++) {
    const kind = random(12);
    if (kind === 0) array.length = i + 1;
    else if (kind === 1) {
      const value = makeElement(random, 0);
      Object.defineProperty(array, i, {
        get: () => (note(`get ${i}`), value),
        set: (given) => note(`set ${i} ${show(given, 1)}`),
        enumerable: true,
        configurable: random(4) > 0,
      });
    } else if (kind === 2 && random(3) === 0) {
      Object.defineProperty(array, i, { value: i, writable: false, enumerable: true, configurable: random(2) === 0 });
    } else array[i] = makeElement(random, depth);
  }
  switch (random(14)) {
    case 0: Object.freeze(array); break;
    case 1: Object.seal(array); break;
    case 2: Object.preventExtensions(array); break;
    case 3: Object.defineProperty(array, "length", { writable: false }); break;
    case 4: array[20] = "far"; break;
    case 5: array[Symbol.isConcatSpreadable] = random.of([true, false, undefined, 0]); break;
    case 6: array.constructor = makeConstructor(random); break;
    case 7: array.constructor = random.of([undefined, null, 1, {}, { [Symbol.species]: null }, "x"]); break;
    case 8: Object.setPrototypeOf(array, random.of([null, Object.prototype, { __proto__: Array.prototype, 1: "inherited" }])); break;
  }
  return array;
}

function makeConstructor(random) {
  const species = random.of([
    function Made(...args) {
      note(`species ${show(args, 2)}`);
      return random.of([{ length: 9 }, [1, 2, 3], new Proxy([], logged("made")), Object.freeze([])]);
    },
    class extends Array {},
    Object,
    Array,
    () => {},
    undefined,
  ]);
  return { get [Symbol.species]() { return note("get species"), species; } };
}

class Kin extends Array {
  constructor(...args) {
    note(`Kin ${show(args, 2)}`);
    super(...args);
  }
}

function makeLike(random, depth) {
  const like = {};
  const length = random(7);
  for (let i = 0; i < length; i++) {
    if (random(5) > 0) like[i] = makeElement(random, depth);
  }
  const written = random.of([length, `${length}`, -1, NaN, 1.9, undefined, { valueOf: () => (note("length.valueOf"), length) }, Symbol.iterator, 3n]);
  if (random(3) === 0) Object.defineProperty(like, "length", { get: () => (note("get length"), written), set: (value) => note(`set length ${value}`), configurable: true });
  else like.length = random(3) === 0 ? written : length;
  if (random(6) === 0) like[Symbol.isConcatSpreadable] = random.of([true, 1, false]);
  if (random(8) === 0) Object.freeze(like);
  return like;
}

function makeReceiver(random, depth) {
  switch (random(16)) {
    case 0: case 1: case 2: case 3: return makeArray(random, depth);
    case 4: case 5: return makeLike(random, depth);
    case 6: case 7: return new Proxy(makeArray(random, depth), logged("proxy"));
    case 8: return new Proxy(makeLike(random, depth), logged("likeproxy"));
    case 9: return new Proxy(makeArray(random, depth), {});
    case 10: return Kin.of(random(5), "kin", random(5));
    case 11: return random.of(["text", "", 5, true, Symbol("s"), 7n]);
    case 12: return new Uint8Array([3, 1, 2]);
    case 13: return random.of([null, undefined]);
    case 14: {
      const { proxy, revoke } = Proxy.revocable(makeArray(random, 0), random(2) ? logged("revocable") : {});
      if (random(2)) revoke();
      return proxy;
    }
    default: return (function () { return arguments; })(1, 2, 3);
  }
}

function makeNumber(random) {
  return random.of([0, 1, 2, 3, -1, -2, -20, 20, 1.7, -1.2, NaN, -0, Infinity, -Infinity, undefined, null, "2", "x", true, 2 ** 53, 1n, Symbol.iterator, {
    valueOf: () => (note("valueOf"), 2),
  }, { valueOf() { throw new EvalError("valueOf"); } }]);
}

function makeCallback(random) {
  const kind = random(9);
  if (kind === 0) return random.of([undefined, null, 1, "f", {}]);
  let calls = 0;
  const answer = random.of([
    (value) => value === 1, () => true, () => false, (value) => value, (value) => [value, [value]], () => ({ length: 2, 0: 1 }), (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    function () { return this; },
  ]);
  return function (...args) {
    note(`call(${args.map((arg) => (arg === receiverNow ? "receiver" : show(arg, 1))).join()}) this=${show(this, 1)}`);
    calls++;
    if (kind === 1 && calls === 3) throw new URIError("callback");
    if (kind === 2 && calls === 2 && Array.isArray(receiverNow)) attempt(() => (receiverNow.length = 1));
    if (kind === 3 && calls < 4 && Array.isArray(receiverNow)) attempt(() => realPush.call(receiverNow, "pushed"));
    return answer.apply(this, args);
  };
}

let receiverNow;
function attempt(action) {
  const saved = log;
  log = [];
  try {
    action();
  } catch {
    // Frozen.
  }
  log = saved;
}

const NUMBER = makeNumber;
const CALLBACK = makeCallback;
const ELEMENT = (random) => makeElement(random, 1);
const THIS = (random) => random.of([undefined, null, 1, "this"]);
const COMPARE = (random) => (random(3) === 0 ? undefined : makeCallback(random));

const ARRAY_METHODS = {
  at: [NUMBER], concat: [(random) => makeReceiver(random, 1), ELEMENT, (random) => makeReceiver(random, 1)], copyWithin: [NUMBER, NUMBER, NUMBER],
  every: [CALLBACK, THIS], fill: [ELEMENT, NUMBER, NUMBER], filter: [CALLBACK, THIS], find: [CALLBACK, THIS], findIndex: [CALLBACK, THIS],
  findLast: [CALLBACK, THIS], findLastIndex: [CALLBACK, THIS], flat: [NUMBER], flatMap: [CALLBACK, THIS], forEach: [CALLBACK, THIS],
  includes: [ELEMENT, NUMBER], indexOf: [ELEMENT, NUMBER], join: [(random) => random.of(["-", undefined, null, "", { toString: () => (note("sep"), "+") }])],
  lastIndexOf: [ELEMENT, NUMBER], map: [CALLBACK, THIS], pop: [], push: [ELEMENT], reduce: [CALLBACK, ELEMENT], reduceRight: [CALLBACK, ELEMENT],
  reverse: [], shift: [], slice: [NUMBER, NUMBER], some: [CALLBACK, THIS], sort: [COMPARE], splice: [NUMBER, NUMBER, ELEMENT, ELEMENT],
  toLocaleString: [() => "de", () => ({})], toReversed: [], toSorted: [COMPARE], toSpliced: [NUMBER, NUMBER, ELEMENT, ELEMENT], toString: [],
  unshift: [ELEMENT, ELEMENT], with: [NUMBER, ELEMENT],
};

function observe(lines, title, action, ...after) {
  log = [];
  let outcome;
  try {
    outcome = `= ${show(action())}`;
  } catch (error) {
    outcome = `threw ${error?.name}`;
  }
  const seen = log;
  log = [];
  realPush.call(lines, `${title} ${outcome} | ${seen.join("; ")} | ${after.map((value) => show(value)).join(" ")}`);
}

function compareArrays(random, lines, rounds) {
  for (let round = 0; round < rounds; round++) {
    for (const [name, makers] of Object.entries(ARRAY_METHODS)) {
      const receiver = makeReceiver(random, 2);
      const args = makers.slice(0, random(makers.length + 1)).map((make) => make(random));
      receiverNow = receiver;
      observe(lines, name, () => Array.prototype[name].apply(receiver, args), receiver);
    }
  }
}

/** Lengths beyond what an array may have; all of these come to an end early. */
function compareFar(lines) {
  const far = (extra) => ({ length: 2 ** 53 - 1, ...extra });
  const stop = (value, key) => (note(`at ${key}`), key === 3 || key === 2 ** 53 - 4);
  const actions = {
    indexOf: () => Array.prototype.indexOf.call(far({ 5: "x" }), "x"),
    indexOfBack: () => Array.prototype.indexOf.call(far({ [2 ** 53 - 3]: "x" }), "x", -5),
    lastIndexOf: () => Array.prototype.lastIndexOf.call(far({ [2 ** 53 - 3]: "x" }), "x"),
    includes: () => Array.prototype.includes.call(far({}), undefined, -2),
    find: () => Array.prototype.findIndex.call(far({}), stop),
    findLast: () => Array.prototype.findLastIndex.call(far({}), stop),
    some: () => Array.prototype.some.call(far({ 3: 1 }), stop),
    slice: () => Array.prototype.slice.call(far({ [2 ** 53 - 2]: "x" }), -2),
    sliceAll: () => Array.prototype.slice.call(far({})),
    fill: () => Array.prototype.fill.call(far({}), "x", -2),
    push: () => Array.prototype.push.call(far({}), 1),
    unshift: () => Array.prototype.unshift.call(far({}), 1),
    splice: () => Array.prototype.splice.call(far({}), 2 ** 53 - 3, 1),
    spliceTooMuch: () => Array.prototype.splice.call(far({}), 0, 0, 1),
    copyWithin: () => Array.prototype.copyWithin.call(far({ [2 ** 53 - 2]: "x" }), -4, -2),
    map: () => Array.prototype.map.call(far({}), stop),
    concat: () => [1].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }),
    toReversed: () => Array.prototype.toReversed.call({ length: 2 ** 32 }),
    toSorted: () => Array.prototype.toSorted.call({ length: 2 ** 32 }),
    toSpliced: () => Array.prototype.toSpliced.call({ length: 2 ** 32 }, 0, 0),
    with: () => Array.prototype.with.call({ length: 2 ** 32 }, 0, 0),
    from: () => Array.from({ length: 2 ** 32 }),
    pop: () => Array.prototype.pop.call(far({ [2 ** 53 - 2]: "x" })),
  };
  for (const [name, action] of Object.entries(actions)) observe(lines, `far ${name}`, action);
}

/** Real arrays that are too long for the built-ins: most of it holes, so that both are through in time. */
function compareBig(lines) {
  const make = () => {
    const array = [5, "b", , undefined, null, 3, "a"];
    array.length = 2 ** 22 + 9;
    array[2 ** 22] = "late";
    array[2 ** 22 + 8] = "last";
    return array;
  };
  const actions = {
    indexOf: (big) => big.indexOf("last"), lastIndexOf: (big) => big.lastIndexOf("b"), includes: (big) => big.includes("nothing"), slice: (big) => big.slice(-10), sliceAll: (big) => big.slice().lastIndexOf("late"),
    join: (big) => hash(big.join("")), some: (big) => big.some((value) => value === "last"), findLast: (big) => big.findLastIndex((value) => value === "a"), reduce: (big) => big.reduce((a, b) => `${a}${b}`),
    sort: (big) => big.sort().slice(0, 9), reverse: (big) => big.reverse().slice(0, 12), shift: (big) => [big.shift(), big.length, big.indexOf("late")], unshift: (big) => [big.unshift("x", "y"), big.indexOf("late")],
    splice: (big) => [big.splice(3, 2, "p", "q", "r"), big.length, big.indexOf("late")], concat: (big) => [1].concat(big).indexOf("late"), filter: (big) => big.filter(() => true), map: (big) => big.map((value) => value).indexOf("late"),
    flat: (big) => big.flat(), copyWithin: (big) => big.copyWithin(9, 0, 5).slice(0, 20), fill: (big) => big.fill("f", -3).slice(-5), with: (big) => big.with(1, "w").slice(0, 3), toSpliced: (big) => big.toSpliced(0, 1).slice(0, 3),
  };
  for (const [name, action] of Object.entries(actions)) observe(lines, `big ${name}`, () => action(make()));
  const words = Array.from({ length: 2 ** 18 + 5 }, (_, index) => (index % 7 === 0 ? `w${(index * 7919) % 1000}` : (index * 104729) % 65536));
  observe(lines, "sort many", () => hash(words.slice().sort().join()));
  observe(lines, "toSorted many", () => hash(words.toSorted().join()));
  observe(lines, "sort many by function", () => hash(words.slice().sort((a, b) => (`${a}`.length - `${b}`.length)).join()));
}

function makeItems(random) {
  switch (random(9)) {
    case 0: return new Set([1, 2, "x"]);
    case 1: return new Map([[1, 2]]);
    case 2: return (function* () { note("start"); try { yield 1; yield 2; } finally { note("closed"); } })();
    case 3: return {
      get [Symbol.iterator]() {
        note("get iterator");
        return random.of([undefined, null, 1, () => 1, function () {
          let n = 0;
          return {
            get next() { return note("get next"), () => (note("next"), { get done() { return note("done"), n++ > 2; }, get value() { return note("value"), n; } }); },
            get return() { return note("get return"), () => (note("return"), {}); },
          };
        }]);
      },
      length: 2, 0: "a", 1: "b",
    };
    case 4: return "a\u{1F600}b";
    default: return makeReceiver(random, 1);
  }
}

function compareFrom(random, lines, rounds) {
  for (let round = 0; round < rounds; round++) {
    const items = makeItems(random);
    const C = random.of([Array, undefined, Object, Kin, () => {}, function Own(...args) { note(`Own ${args.length}`); }, new Proxy(Array, logged("C")), class extends Array { set length(value) { note(`length ${value}`); } }]);
    const args = [items, CALLBACK(random), "this"].slice(0, 1 + random(3));
    receiverNow = items;
    observe(lines, "from", () => Array.from.apply(C, args));
  }
}

function compareTexts(random, lines, rounds) {
  const unit = "abcabcabd\u00e9$&";
  const texts = ["", "abcabc", unit.repeat(20), unit.repeat(6000), "a".repeat(70000) + "b", "ab".repeat(40000), "\u0130x".repeat(35000)];
  const patterns = ["", "a", "abd", "$", "c$", "b", "zz", "a".repeat(8500), "a".repeat(9000) + "b", "ab".repeat(5000), undefined, null, 1, /b/g, /b/, /(?:)/, {
    toString: () => (note("pattern.toString"), "bd"),
  }, { [Symbol.split]: (...args) => (note(`split ${args.length}`), "own"), [Symbol.replace]: () => (note("replace"), "own"), [Symbol.match]: undefined }, Symbol.iterator];
  const replacements = ["x", "", "[$&]", "$$", "$`$'", "$1$<n>$", undefined, { toString: () => (note("replacement"), "r") }, (...args) => (note(`r ${args.length} ${args[1]}`), args[1])];
  const receivers = [...texts, ...texts, ...texts, new String("abcabd"), { toString: () => (note("this.toString"), "abcabd".repeat(20000)) }, null, undefined, 5, Symbol.iterator];
  for (let round = 0; round < rounds; round++) {
    const self = random.of(receivers);
    const pattern = random.of(patterns);
    const position = random.of([undefined, 0, 5, -3, 69999, NaN, Infinity, { valueOf: () => (note("position"), 4) }, Symbol.iterator, 1n]);
    const args = random(3) === 0 ? [pattern] : [pattern, position];
    const short = `${show(pattern, 1)} ${show(self, 0)}`;
    for (const name of ["indexOf", "lastIndexOf", "includes"]) observe(lines, `${name} ${short}`, () => String.prototype[name].apply(self, args));
    // A replacement of each of 40,000 places, with all that stands before it, is gigabytes.
    const replacement = typeof self === "string" && self.length > 300 ? random.of(["x", "", "[$&]", "$$"]) : random.of(replacements);
    for (const name of ["replace", "replaceAll"]) observe(lines, `${name} ${short}`, () => String.prototype[name].apply(self, [pattern, replacement]));
    const limit = random.of([undefined, 0, 1, 3, -1, { valueOf: () => (note("limit"), 2) }, 2 ** 32]);
    observe(lines, `split ${short}`, () => hash(JSON.stringify(String.prototype.split.apply(self, random(2) ? [pattern] : [pattern, limit]))));
    observe(lines, `match ${short}`, () => hash(`${String.prototype.match.call(self, pattern)}`));
    observe(lines, `normalize ${short}`, () => String.prototype.normalize.call(self, random.of([undefined, "NFC", "NFD", "x"])));
    observe(lines, `localeCompare ${short}`, () => String.prototype.localeCompare.call(self, pattern));
    observe(lines, `parse ${short}`, () => JSON.parse(random.of([self, `[${"1,".repeat(random(40000))}1]`]), random.of([undefined, (key, value) => value])).length);
    observe(lines, `raw`, () => String.raw(random.of([{ raw: self }, { raw: ["a", "b"] }, { raw: { length: 3, 0: "x", 2: 5 } }, {}, self, { get raw() { return note("raw"), ["p", "q"]; } }]), 1, { toString: () => (note("sub"), "s") }));
  }
}

function compareBuffers(lines) {
  class Own extends ArrayBuffer {}
  const size = { valueOf: () => (note("length"), 4) };
  const options = { get maxByteLength() { return note("options"), undefined; } };
  const actions = [
    () => new ArrayBuffer(), () => new ArrayBuffer(5).byteLength, () => ArrayBuffer(1), () => new ArrayBuffer(-1), () => new ArrayBuffer(2 ** 53), () => new ArrayBuffer("3").byteLength,
    () => new ArrayBuffer(size, options).byteLength, () => new ArrayBuffer(-1, options), () => new ArrayBuffer(1, null).byteLength, () => new Own(3) instanceof Own, () => new Own(3) instanceof ArrayBuffer,
    () => new Uint8Array(3).buffer instanceof ArrayBuffer, () => new ArrayBuffer(8).slice(2).byteLength, () => new Own(8).slice(2) instanceof Own, () => ArrayBuffer.isView(new Uint8Array(1)),
    () => ArrayBuffer[Symbol.species] === ArrayBuffer, () => new ArrayBuffer(1).constructor === ArrayBuffer, () => Reflect.construct(ArrayBuffer, [2], Object) instanceof ArrayBuffer,
    () => new ArrayBuffer(4).transfer(8).byteLength, () => new ArrayBuffer(1n), () => new ArrayBuffer(4).resizable,
  ];
  for (const [index, action] of actions.entries()) observe(lines, `buffer ${index}`, action);
}

function compareProxies(lines) {
  const actions = [
    () => Proxy({}, {}), () => new Proxy(), () => new Proxy({}), () => new Proxy({}, 1), () => new Proxy({ a: 1 }, {}).a, () => Reflect.construct(Proxy, [{ a: 2 }, {}], Array).a,
    () => "prototype" in Proxy, () => class extends Proxy {}, () => Proxy.revocable(1, {}), () => new Proxy.revocable({}, {}), () => Object.keys(Proxy.revocable({}, {})), () => Proxy.name + Proxy.length,
    () => Object.getPrototypeOf(Proxy) === Function.prototype, () => new (new Proxy(Proxy, {}))({ a: 3 }, {}).a, () => Array.isArray(new Proxy([], {})), () => JSON.stringify(new Proxy([1, 2], {})),
  ];
  for (const [index, action] of actions.entries()) observe(lines, `proxy ${index}`, action);
}

function compareWasm(lines) {
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 5, 1, 1, 109, 2, 0);
  const { Instance, Memory, Module, Table } = WebAssembly;
  class Own extends Memory {}
  const actions = [
    () => Memory({}), () => new Memory(), () => new Memory({}), () => new Memory({ initial: 1 }).buffer.byteLength, () => new Memory({ initial: 2, maximum: 1 }), () => new Memory({ initial: "2" }).grow("3"),
    () => new Memory({ initial: -1 }), () => new Memory({ initial: { valueOf: () => 1 } }).grow(-1), () => new Own({ initial: 1 }) instanceof Own, () => new Memory({ initial: 1 }).constructor === Memory,
    () => new Memory({ initial: 1, maximum: 2 }).grow(5), () => new Table({ element: "anyfunc", initial: 3 }).length, () => new Table({ element: "x", initial: 3 }), () => new Table({ element: "externref", initial: 2 }, "x").get(1),
    () => new Table(), () => new Module(), () => new Module(bytes) instanceof Module, () => Module.exports(new Module(bytes)).length, () => new Module(bytes.subarray(1)), () => WebAssembly.validate(bytes),
    () => WebAssembly.validate(bytes.subarray(2)), () => WebAssembly.validate(1), () => new Instance(new Module(bytes)).exports.m.buffer.byteLength, () => new Instance({}), () => new Instance(), () => Instance.prototype.constructor === Instance,
    () => new Instance(new Module(bytes), {}, 5) instanceof Instance, () => Memory.prototype.grow.call({}, 1),
  ];
  for (const [index, action] of actions.entries()) observe(lines, `wasm ${index}`, action);
}

/** What only a host with a way to fetch has, and what the guards take away. */
const NOT_COMPARED = ["compileStreaming", "instantiateStreaming", "toResizableBuffer"];

/** How every guarded function looks. */
function describeFunctions(lines) {
  const holders = {
    Array, "Array.prototype": Array.prototype, String, "String.prototype": String.prototype, JSON, Proxy, ArrayBuffer, "ArrayBuffer.prototype": ArrayBuffer.prototype,
    "Function.prototype": Function.prototype, globals: { __proto__: null, Array, ArrayBuffer, Proxy },
    WebAssembly, Memory: WebAssembly.Memory, "Memory.prototype": WebAssembly.Memory.prototype, Table: WebAssembly.Table, Module: WebAssembly.Module, "Instance.prototype": WebAssembly.Instance.prototype,
  };
  for (const [holder, object] of Object.entries(holders)) {
    for (const key of Reflect.ownKeys(object)) {
      // The two that throw for every function.
      if (key === "caller" || key === "arguments" || NOT_COMPARED.includes(key)) continue;
      const property = Reflect.getOwnPropertyDescriptor(object, key);
      const value = property.value ?? property.get;
      let looks = `${property.writable}${property.enumerable}${property.configurable} ${typeof value}`;
      if (typeof value === "function") {
        const keys = Reflect.ownKeys(value).map((own) => {
          const inner = Reflect.getOwnPropertyDescriptor(value, own);
          return `${String(own)}:${inner.writable}${inner.enumerable}${inner.configurable}${typeof inner.value === "object" ? "" : inner.value}`;
        });
        let isConstructor = true;
        try {
          Reflect.construct(Object, [], value);
        } catch {
          isConstructor = false;
        }
        looks += ` ${keys.join()} ${isConstructor} ${Function.prototype.toString.call(value)} ${value}`;
      }
      realPush.call(lines, `${holder}.${String(key)} ${looks}`);
    }
  }
}

/** Everything that was observed, a line each. */
function compare(seed, rounds) {
  const random = makeRandom(seed);
  const lines = [];
  compareArrays(random, lines, rounds);
  compareFrom(random, lines, rounds * 4);
  compareTexts(random, lines, rounds / 10);
  compareFar(lines);
  if (seed === 1) compareBig(lines);
  compareBuffers(lines);
  compareProxies(lines);
  compareWasm(lines);
  describeFunctions(lines);
  return lines.join("\n");
}
