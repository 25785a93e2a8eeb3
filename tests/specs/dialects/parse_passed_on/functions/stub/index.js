// Says what it was asked.

export default async (request) => {
  const url = new URL(request.url);
  if (url.pathname === "/api/events") {
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue("one ");
        controller.enqueue("two");
        controller.close();
      },
    });
    return new Response(stream.pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/event-stream" } });
  }
  if (url.pathname === "/api/moved") return new Response(null, { status: 302, headers: { location: "/api/there", "set-cookie": "a=b" } });
  const { headers, method } = request;
  const seen = ["x-parse-application-id", "x-own", "content-type"].map((name) => headers.get(name));
  return Response.json([method, url.pathname + url.search, ...seen, await request.text()], { status: url.pathname === "/api/teapot" ? 418 : 201, headers: { "x-answer": "yes" } });
};
