const COUNT = 49_000;
const leb = (number) => {
  const bytes = [];
  do bytes.push((number & 127) | (number > 127 ? 128 : 0));
  while (number >>>= 7);
  return bytes;
};
const joined = (...parts) => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
const times = (count, ...bytes) => Uint8Array.from({ length: count * bytes.length }, (_, at) => bytes[at % bytes.length]);
const section = (id, bytes) => joined([id], leb(bytes.length), bytes);

/** A module that exports one function `f` of this code. */
function moduleOf(locals, ...code) {
  const body = joined([1], leb(locals), [0x7f], ...code, [0x0b]);
  return joined(
    [0, 97, 115, 109, 1, 0, 0, 0],
    section(1, [1, 0x60, 0, 0]),
    section(3, [1, 0]),
    section(7, [1, 1, 102, 0, 0]),
    section(10, joined([1], leb(body.length), body)),
  );
}

const nested = (count) => [times(count, 0x41, 0, 0x04, 0x40), times(count, 0x05, 0x0b)];
const pushed = times(COUNT, 0x41, 0);
const dropped = times(COUNT, 0x1a);

const DEPTHS = Uint8Array.from({ length: 900 }, (_, at) => Math.min(at, 127));

const MODULES = [
  () => moduleOf(COUNT, ...nested(40_000)),
  () => moduleOf(0, pushed, ...nested(40_000), dropped),
  // Blocks and loops after each other.
  () => moduleOf(COUNT, times(20_000, 0x02, 0x40, 0x0b, 0x03, 0x40, 0x0b)),
  // Branches out of one block, and a table of them out of as many.
  () => moduleOf(COUNT, [0x02, 0x40], times(40_000, 0x41, 0, 0x0d, 0), [0x0b]),
  () => moduleOf(COUNT, times(900, 0x02, 0x40), [0x41, 0, 0x0e], leb(899), DEPTHS, times(900, 0x0b)),
];

const answer = (bytes) => new Response(bytes, { headers: { "content-type": "application/wasm" } });
const WAYS = [
  (bytes) => new WebAssembly.Module(bytes),
  (bytes) => WebAssembly.validate(bytes.buffer),
  (bytes) => WebAssembly.compile(new DataView(bytes.buffer)),
  (bytes) => WebAssembly.instantiate(bytes),
  (bytes) => WebAssembly.compileStreaming(answer(bytes)),
  (bytes) => WebAssembly.instantiateStreaming(Promise.resolve(answer(bytes))),
  // A body of the function's own.
  (bytes) => WebAssembly.compileStreaming(Object.defineProperty(answer(""), "body", { value: answer(bytes).body })),
  // Bytes that change once they were judged.
  (bytes) => {
    const given = new Uint8Array(bytes.length);
    const options = { get builtins() { given.set(bytes); } };
    given.set(moduleOf(0));
    return WebAssembly.compile(given, options);
  },
];

async function outcome(way, bytes) {
  try {
    await way(bytes);
    return "compiled";
  } catch (error) {
    return error.name;
  }
}

export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  let refused = 0;
  for (const make of MODULES) {
    const bytes = make();
    for (const [index, way] of WAYS.entries()) {
      const name = await outcome(way, bytes);
      // The last two compile what was judged: no bytes, and bytes that are no module.
      if (name !== "RangeError" && !(index >= 6 && name === "CompileError")) return `${index}: ${name}`;
      refused++;
    }
  }
  const below = moduleOf(COUNT, ...nested(80));
  new WebAssembly.Instance(new WebAssembly.Module(below)).exports.f();
  return `RangeError x ${refused}, ran`;
};
