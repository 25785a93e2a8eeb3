// A module with a memory of no page, and one with a table of 60,000 entries twice.
const MEMORY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 0, 0);
const TABLES = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 4, 11, 2, 0x70, 0, 0xe0, 0xd4, 3, 0x70, 0, 0xe0, 0xd4, 3);
const kept = [];

export default async (request) => {
  if (new URL(request.url).pathname === "/one") {
    // A request after another makes its own; the ones before are garbage.
    return (await WebAssembly.instantiate(MEMORY)).instance instanceof WebAssembly.Instance;
  }
  const memories = outcome(() => {
    for (;;) kept.push(new WebAssembly.Memory({ initial: 0 }));
  });
  const count = kept.length;
  return {
    memories,
    count,
    declared: outcome(() => new WebAssembly.Instance(new WebAssembly.Module(MEMORY))),
    instantiated: await WebAssembly.instantiate(MEMORY).catch((error) => error.name),
    streamed: await WebAssembly.instantiateStreaming(new Response(MEMORY, { headers: { "content-type": "application/wasm" } })).catch((error) => error.name),
    cloned: outcome(() => new WebAssembly.Instance(structuredClone(new WebAssembly.Module(MEMORY)))),
    tables: outcome(() => new WebAssembly.Instance(new WebAssembly.Module(TABLES))),
    table: outcome(() => new WebAssembly.Table({ element: "anyfunc", initial: 1e7 })),
    pages: outcome(() => new WebAssembly.Memory({ initial: 4000 })),
    grown: outcome(() => kept[0].grow(4000)),
    module: outcome(() => new WebAssembly.Module(new Uint8Array(9e6))),
    compiled: await WebAssembly.compile(new Uint8Array(9e6)).catch((error) => error.name),
  };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
