export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const copies = Array.from({ length: 50 }, () => request.clone());
  return String((await Promise.all(copies.map((copy) => copy.arrayBuffer()))).length);
};
