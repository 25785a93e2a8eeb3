export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; ; i++) performance.mark('m' + i, { detail: new Array(100).fill(i) });
};
