// The mark by which deno_core knows objects of the host, on objects of the function: nothing reads what they write.
const mark = () =>
  Object.getOwnPropertySymbols(new MessageChannel().port1).find((symbol) => symbol.description === "Deno.core.hostObject") ??
  Symbol.for("Deno.core.hostObject");

export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const key = mark();
  const written = [
    { type: "nothing" }, { type: "toString" }, { type: "__proto__" }, { type: "Blob" }, { type: "CryptoKey" }, { type: "DOMException" },
    { type: "File" }, { type: "KeyObject" }, { type: { toString: () => "Blob" } }, { type: Symbol.iterator.description }, { type: 1n }, {}, [],
    null, undefined, "Blob", 7, new Blob(["x"]), new Date(), new Map([["type", "Blob"]]), new Proxy({ type: "Blob" }, {}),
    Object.create({ type: "Blob" }), { get type() { return "Blob"; } },
    { get type() { throw new Error("no type"); } }, () => {}, Symbol(), new Uint8Array(9), new Error("x"),
  ];
  const objects = written.map((value) => ({ [key]: () => value }));
  objects.push({ [key]: () => { throw new Error("not written"); } }, { [key]: 7 }, { [key]: {} }, { [key]: class {} });
  objects.push(new Proxy({}, { has: () => true, get: () => () => ({ type: "Blob" }) }));
  objects.push({ [key]: () => objects[0] }, { [key]() { return this; } }, { get [key]() { return () => ({ type: "nothing" }); } });
  // What reads finds these instead of what it expects.
  Object.prototype.type = "Blob";
  Object.prototype.toString = () => "Blob";
  let refused = 0;
  for (const object of objects) {
    for (const copy of [
      () => structuredClone(object),
      () => structuredClone([object, object], { transfer: [new ArrayBuffer(8)] }),
      () => structuredClone(object, { transfer: [object] }),
      () => performance.mark("copy", { detail: object }),
      () => new MessageChannel().port1.postMessage(object),
    ]) {
      try {
        copy();
      } catch {
        refused += 1;
      }
    }
  }
  // A message of a port is read in another turn.
  for (const object of objects) {
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => { port2.onmessage = port2.onmessageerror = resolve; });
    try {
      port1.postMessage({ object });
      await heard;
    } catch {
      refused += 1;
    }
    port1.close();
  }
  if (refused < 80) throw new Error(`only ${refused} were refused`);
  return "survived";
};
