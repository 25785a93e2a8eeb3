export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = await request.text();
  const kept = [];
  for (let i = 0; ; i++) kept.push((text + i).split('').join('.'));
};
