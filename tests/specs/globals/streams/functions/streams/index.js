const upper = () => new TransformStream({
  transform: (chunk, controller) => controller.enqueue(`${chunk.toUpperCase()} `),
});

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

async function byob() {
  const bytes = new ReadableStream({
    type: "bytes",
    pull(controller) {
      controller.byobRequest.view.set([1, 2]);
      controller.byobRequest.respond(2);
    },
  });
  const { value } = await bytes.getReader({ mode: "byob" }).read(new Uint8Array(8));
  return [...value];
}

async function zip(text) {
  const zipped = new Response(text).body.pipeThrough(new CompressionStream("gzip"));
  return new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text();
}

async function desiredSizes() {
  const { readable, writable } = new TransformStream();
  const writer = writable.getWriter();
  const before = writer.desiredSize;
  const written = writer.write("chunk");
  const after = writer.desiredSize;
  await Promise.all([written, readable.getReader().read()]);
  return [before, after];
}

async function cancelled() {
  let told;
  const stream = new ReadableStream({ cancel: (reason) => void (told = reason) });
  await stream.cancel("reason");
  return told;
}

async function aborted() {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue("x") });
  const stop = new AbortController();
  const piped = endless.pipeTo(new WritableStream({ write: () => stop.abort() }), { signal: stop.signal });
  return piped.then(() => "finished", (error) => error.name);
}

export default async () => {
  const [left, right] = ReadableStream.from(["a", "b"]).tee();
  const deflated = await new Response(new Response("x".repeat(10_000)).body.pipeThrough(new CompressionStream("deflate"))).arrayBuffer();
  return {
    piped: (await collect(ReadableStream.from(["one", "two"]).pipeThrough(upper()))).join(""),
    teed: [(await collect(left)).join(""), (await collect(right)).join("")],
    byob: await byob(),
    iterated: await collect(ReadableStream.from([1, 2, 3])),
    zipped: await zip("a text a text a text"),
    deflated: deflated.byteLength < 100,
    desired: await desiredSizes(),
    cancelled: await cancelled(),
    aborted: await aborted(),
  };
};
