export default async (request) => {
  const whole = new URL(request.url).pathname === "/whole";
  const type = request.headers.get("content-type") ?? "application/octet-stream";
  return new Response(whole ? await request.arrayBuffer() : request.body, { headers: { "content-type": type } });
};
