export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const form = new FormData();
  for (let i = 0; ; i++) form.append('k' + i, new Blob(['x'.repeat(1e5)]));
};
