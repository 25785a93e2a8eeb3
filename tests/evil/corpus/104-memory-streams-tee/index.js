export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let [a, b] = new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1 << 16)) }).tee();
  const reader = a.getReader();
  for (;;) await reader.read();
};
