export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; ; i++) {
    const text = String(i % 10).repeat(2 ** 28);
    text.charCodeAt(2 ** 27);
    kept.push(text);
  }
};
