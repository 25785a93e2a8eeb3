export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
  globalThis.kept = [];
  for (let i = 0; i < 10000; i++) {
    const [unread, next] = stream.tee();
    kept.push(unread);
    stream = next;
  }
  const reader = stream.getReader();
  for (;;) await reader.read();
};
