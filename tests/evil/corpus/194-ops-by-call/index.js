import { lookup } from "node:dns";
import { readFile } from "node:fs";
import { connect } from "node:net";
import { pbkdf2 } from "node:crypto";
import { useEverything } from "./battery.js";

const { call } = Function.prototype;
const { apply } = Reflect;

const values = () => [
  undefined, null, true, 0, -1, 1, 2, 3, NaN, 2 ** 31, 2 ** 53, "", "x", "x".repeat(70_000), {}, [], () => {}, new Uint8Array(8), new ArrayBuffer(0),
  { length: 5 }, new Proxy({}, {}), 10n, Symbol(), "http://127.0.0.1:1/", ["a", "b"], "\n", "\na\nb", "GET /", "neighbour-00",
  Object.defineProperty([1, 2], "1", { get() { throw new Error("no element"); } }), new Proxy([1], { get() { throw new Error("no trap"); } }), new Array(2 ** 31),
  { get length() { throw new Error("no length"); } }, Object.defineProperty(new Uint8Array(4), "buffer", { get() { throw new Error("no buffer"); } }),
];
const any = (list) => list[Math.floor(Math.random() * list.length)];
let changed = 0;

// The ops come by here: each argument is another one half of the time, and at last the promise's number too.
function replace(alsoIds) {
  Function.prototype.call = function (self, id, ...args) {
    if (!`${this.name}`.startsWith("op_")) return apply(call, this, [self, id, ...args]);
    changed++;
    const list = values();
    return apply(this, self, [alsoIds ? any(list) : id, ...args.map((arg) => Math.random() < 0.5 ? arg : any(list))]);
  };
}

const uses = (request, ctx) => [
  () => useEverything(request, ctx),
  () => crypto.subtle.digest("SHA-256", new Uint8Array(1e5)),
  () => new Blob(["x".repeat(1e5)]).arrayBuffer(),
  () => new Promise((resolve) => pbkdf2("x", "y", 1, 32, "sha256", resolve)),
  () => new Promise((resolve) => lookup("localhost", resolve)),
  () => new Promise((resolve) => readFile("/x", resolve)),
  () => new Promise((resolve) => connect(1, "127.0.0.1").on("error", resolve)),
];

export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let round = 0; round < 40; round++) {
    replace(round === 39);
    for (const use of uses(request, ctx)) {
      try {
        await Promise.race([use(), new Promise((resolve) => setTimeout(resolve, 10))]);
      } catch {
        // Refused.
      }
    }
  }
  Function.prototype.call = call;
  return `${changed} ops were given something else`;
};
