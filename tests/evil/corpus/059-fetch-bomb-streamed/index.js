export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  let n = 0;
  for await (const piece of (await fetch(at)).body) n += piece.byteLength;
  return String(n);
};
