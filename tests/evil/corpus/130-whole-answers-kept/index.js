const kept = [];
export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  if (request.url.endsWith("/whole")) return new Uint8Array(160 << 10);
  const calls = Array.from({ length: 1000 }, () => ctx.call("whole-answers-kept", "/whole").then((answer) => kept.push(answer)));
  await Promise.allSettled(calls);
  return "kept";
};
