// (module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))
const ADD = new Uint8Array([
  0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x01, 0x07, 0x01, 0x60, 0x02, 0x7f, 0x7f, 0x01, 0x7f, 0x03, 0x02, 0x01, 0x00, 0x07,
  0x07, 0x01, 0x03, 0x61, 0x64, 0x64, 0x00, 0x00, 0x0a, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x01, 0x6a, 0x0b,
]);

export default async () => {
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(ADD));
  const streamed = await WebAssembly.instantiateStreaming(
    Promise.resolve(new Response(ADD, { headers: { "content-type": "application/wasm" } })),
  );
  const answer = (body, type, status = 200) => new Response(body, { status, headers: { "content-type": type } });
  const pieces = new ReadableStream({
    start(controller) {
      for (const byte of ADD) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const used = answer(ADD, "application/wasm");
  await used.bytes();
  const refused = [answer(ADD, "text/plain"), answer(ADD, "application/wasm", 404), used, ADD, answer("text", "application/wasm")];
  const names = await Promise.all(refused.map((response) => WebAssembly.compileStreaming(response).catch((error) => error.name)));
  const error = await WebAssembly.compile(new Uint8Array([1, 2, 3])).catch((error) => error);
  return {
    valid: [WebAssembly.validate(ADD), WebAssembly.validate(new Uint8Array([1]))],
    compiled: instance.exports.add(40, 2),
    streamed: streamed.instance.exports.add(40, 2),
    pieces: (await WebAssembly.instantiateStreaming(answer(pieces, "Application/WASM"))).instance.exports.add(40, 2),
    names,
    memory: new WebAssembly.Memory({ initial: 1, maximum: 2 }).buffer.byteLength,
    error: error instanceof WebAssembly.CompileError ? error.name : String(error),
  };
};
