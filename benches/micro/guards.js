// The loops of `cargo bench --bench micro -- guards`: each a hot use of one guarded method, as code that a request would run.
//
// Run by guards.rs in an isolate without the prelude and as a function of Skep; `measure` returns nanoseconds a round, by name.

const numbers = (length) => Array.from({ length }, (_, index) => index);
// All code of a function shares its methods: other uses of them must not slow the loops down.
for (const kind of [[{}, {}], [1.5, 2.5], ["a", "b"], [, 1]]) {
  for (let i = 0; i < 500; i++) {
    for (const name of ["map", "filter", "forEach", "reduce", "some", "find"]) kind[name]((value) => value, 0);
    kind.indexOf(kind[1]), kind.includes(kind[1]), kind.join(), kind.slice(1), kind.concat(kind), [...kind].sort(), [...kind].reverse(), [...kind].splice(1, 1);
  }
}
const small = numbers(8);
const medium = numbers(200);
const doubles = numbers(50).map((number) => number + 0.5);
const words = numbers(50).map((number) => `word ${number}`);
const objects = numbers(50).map((id) => ({ id, name: `name ${id}`, even: id % 2 === 0 }));
const kinds = [small, doubles, words, objects, [, 1, 2, 3]];
const text = "the quick brown fox, the lazy dog, and the rest of them";
const json = JSON.stringify(objects.slice(0, 4));
let sink = 0;

const LOOPS = {
  "indexOf, 8": (n) => { for (let i = 0; i < n; i++) sink += small.indexOf(i & 7); },
  "indexOf, 200": (n) => { for (let i = 0; i < n; i++) sink += medium.indexOf(100 + (i & 63)); },
  "indexOf, kinds mixed": (n) => { for (let i = 0; i < n; i++) sink += kinds[i % 5].indexOf(3); },
  "includes, 8": (n) => { for (let i = 0; i < n; i++) sink += small.includes(i & 15) ? 1 : 0; },
  "includes, 50 texts": (n) => { for (let i = 0; i < n; i++) sink += words.includes("word 40") ? 1 : 0; },
  "map, 8": (n) => { for (let i = 0; i < n; i++) sink += small.map((x) => x + i).length; },
  "map, 50 objects": (n) => { for (let i = 0; i < n; i++) sink += objects.map((x) => x.id).length; },
  "map, kinds mixed": (n) => { for (let i = 0; i < n; i++) sink += kinds[i % 5].map((x) => x).length; },
  "filter, 50 objects": (n) => { for (let i = 0; i < n; i++) sink += objects.filter((x) => x.even).length; },
  "forEach, 8": (n) => { for (let i = 0; i < n; i++) small.forEach((x) => { sink += x; }); },
  "forEach, 200": (n) => { for (let i = 0; i < n; i++) medium.forEach((x) => { sink += x; }); },
  "reduce, 200": (n) => { for (let i = 0; i < n; i++) sink += medium.reduce((a, b) => a + b, 0); },
  "some, 50 objects": (n) => { for (let i = 0; i < n; i++) sink += objects.some((x) => x.id === 30) ? 1 : 0; },
  "find, 50 objects": (n) => { for (let i = 0; i < n; i++) sink += objects.find((x) => x.id === 30).id; },
  "push, 8": (n) => { for (let i = 0; i < n; i++) { const a = []; for (let j = 0; j < 8; j++) a.push(j); sink += a.length; } },
  "join, 8": (n) => { for (let i = 0; i < n; i++) sink += small.join().length; },
  "join, 50 texts": (n) => { for (let i = 0; i < n; i++) sink += words.join(", ").length; },
  "slice, 8": (n) => { for (let i = 0; i < n; i++) sink += small.slice().length; },
  "slice, 3 of 200": (n) => { for (let i = 0; i < n; i++) sink += medium.slice(2, 5).length; },
  "splice, 5": (n) => { for (let i = 0; i < n; i++) { const a = [1, 2, 3, 4, 5]; a.splice(1, 2); sink += a.length; } },
  "concat, 8 and 50": (n) => { for (let i = 0; i < n; i++) sink += small.concat(words).length; },
  "shift and unshift, 4": (n) => { for (let i = 0; i < n; i++) { const a = [1, 2, 3]; a.unshift(0); a.shift(); sink += a.length; } },
  "reverse, 8": (n) => { for (let i = 0; i < n; i++) small.reverse(); },
  "fill, 20": (n) => { for (let i = 0; i < n; i++) sink += new Array(20).fill(0).length; },
  "sort, 8 numbers": (n) => { for (let i = 0; i < n; i++) sink += [5, 3, 8, 1, 9, 2, 7, 4].sort((a, b) => a - b)[0]; },
  "sort, 50 texts": (n) => { for (let i = 0; i < n; i++) sink += words.slice().sort().length; },
  "flat, 3 of 2": (n) => { for (let i = 0; i < n; i++) sink += [[1, 2], [3, 4], [5, 6]].flat().length; },
  "flatMap, 8": (n) => { for (let i = 0; i < n; i++) sink += small.flatMap((x) => [x, x]).length; },
  "Array.from, 8": (n) => { for (let i = 0; i < n; i++) sink += Array.from(small).length; },
  "Array.from, a Set": (n) => { const set = new Set(small); for (let i = 0; i < n; i++) sink += Array.from(set).length; },
  "Array.from, a length": (n) => { for (let i = 0; i < n; i++) sink += Array.from({ length: 10 }, (_, k) => k).length; },
  "text.indexOf": (n) => { for (let i = 0; i < n; i++) sink += text.indexOf("dog"); },
  "text.includes": (n) => { for (let i = 0; i < n; i++) sink += text.includes("rest") ? 1 : 0; },
  "text.split": (n) => { for (let i = 0; i < n; i++) sink += text.split(" ").length; },
  "text.replace": (n) => { for (let i = 0; i < n; i++) sink += text.replace("lazy", "busy").length; },
  "text.replace, regular expression": (n) => { for (let i = 0; i < n; i++) sink += text.replace(/the/g, "a").length; },
  "text.match": (n) => { for (let i = 0; i < n; i++) sink += text.match(/\w+/g).length; },
  "JSON.parse": (n) => { for (let i = 0; i < n; i++) sink += JSON.parse(json).length; },
  "new ArrayBuffer, 64": (n) => { for (let i = 0; i < n; i++) sink += new ArrayBuffer(64).byteLength; },
  "new Proxy, of an object": (n) => { const target = {}, handler = {}; for (let i = 0; i < n; i++) sink += new Proxy(target, handler) === null ? 1 : 0; },
  "new Proxy, of an array": (n) => { const handler = {}; for (let i = 0; i < n; i++) sink += new Proxy(small, handler) === null ? 1 : 0; },
};

// Short, so that some take is not disturbed; the best of many, because a neighbour on the machine can only add.
const LONG_ENOUGH_MS = 3;
const TAKES = 40;

/** Nanoseconds a round, the best of some takes. */
function measure(wanted) {
  const figures = {};
  for (const name of Object.keys(LOOPS)) {
    if (wanted !== "" && !name.startsWith(wanted)) continue;
    const loop = LOOPS[name];
    let rounds = 1000;
    let took = 0;
    for (; took < LONG_ENOUGH_MS; rounds *= 2) {
      const begin = performance.now();
      loop(rounds);
      took = performance.now() - begin;
    }
    let best = Infinity;
    for (let take = 0; take < TAKES; take++) {
      const begin = performance.now();
      loop(rounds);
      best = Math.min(best, performance.now() - begin);
    }
    figures[name] = (best * 1e6) / rounds;
  }
  if (sink === -1) throw new Error("never");
  return JSON.stringify(figures);
}
