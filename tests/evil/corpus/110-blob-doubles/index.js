export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let blob = new Blob(['x'.repeat(1 << 20)]);
  for (let i = 0; i < 60; i++) blob = new Blob([blob, blob]);
  const attempts = [
    () => blob.arrayBuffer(),
    () => blob.slice(2 ** 50, 2 ** 51).text(),
    () => new Response(blob).text(),
    () => URL.createObjectURL(blob),
    () => new File([blob, blob], 'x').bytes(),
  ];
  for (const attempt of attempts) await Promise.resolve().then(attempt).catch(() => {});
  return new Response(blob);
};
