export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = {};
  for (let i = 0; ; i++) kept['p' + i] = i;
};
