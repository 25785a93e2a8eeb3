export default (request) => {
  const headers = { "x-method": request.method, "content-type": "text/plain" };
  const streamed = new URL(request.url).pathname === "/streamed";
  return new Response(streamed ? stream() : "eleven byte", { headers });
};

function stream() {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("never sent to HEAD"));
      controller.close();
    },
  });
}
