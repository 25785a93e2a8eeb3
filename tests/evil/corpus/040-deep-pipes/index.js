export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let stream = new ReadableStream({ pull: (c) => c.enqueue('x') });
  for (let i = 0; i < 1e4; i++) stream = stream.pipeThrough(new TransformStream());
  return String((await stream.getReader().read()).done);
};
