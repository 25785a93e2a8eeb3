const kept = [];
export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  if (request.url.endsWith("/long")) {
    let left = 40;
    return new ReadableStream({ pull: (c) => (left-- > 0 ? c.enqueue(new Uint8Array(4096)) : c.close()) });
  }
  const calls = Array.from({ length: 700 }, () => ctx.call("answers-kept", "/long").then((answer) => kept.push(answer)));
  await Promise.allSettled(calls);
  return "kept";
};
