export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (;;) URL.createObjectURL(new Blob([new Uint8Array(1 << 20)]));
};
