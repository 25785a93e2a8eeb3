export default async (request) => {
  if (request.method === "GET") return new Response("ünïcödé 蜂 🐝");
  const text = await request.text();
  return new Response(`${text.length} units: ${text}`);
};
