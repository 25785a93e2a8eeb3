export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const target = new EventTarget();
  for (let i = 0; ; i++) target.addEventListener('x' + i, () => i);
};
