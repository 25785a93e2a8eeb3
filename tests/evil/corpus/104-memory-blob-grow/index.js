export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let blob = new Blob([new Uint8Array(1 << 20)]);
  for (;;) blob = new Blob([await blob.arrayBuffer(), await blob.arrayBuffer()]);
};
