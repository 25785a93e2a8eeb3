export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return (globalThis.kept ??= new Response(new ReadableStream({ pull: (c) => c.enqueue('x'.repeat(1000)) })));
};
