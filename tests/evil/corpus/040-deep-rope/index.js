export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let rope = 'x';
  for (let i = 0; i < 5e6; i++) rope = i % 2 ? rope + 'ab' : 'cd' + rope;
  return String(rope.charCodeAt(1e6));
};
