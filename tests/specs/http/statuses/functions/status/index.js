export default (request) => {
  const what = new URL(request.url).pathname.slice(1);
  if (what === "moved") return Response.redirect("https://example.com/there?x=1", 307);
  return new Response("short and stout", { status: Number(what) });
};
