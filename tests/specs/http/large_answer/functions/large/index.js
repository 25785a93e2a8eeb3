const SIZE = 5_000_000;

export default (request) => {
  switch (new URL(request.url).pathname) {
    case "/string":
      return new Response("x".repeat(SIZE));
    case "/bytes":
      return new Response(new Uint8Array(SIZE));
    default:
      return new Response(stream());
  }
};

function stream() {
  let left = SIZE;
  return new ReadableStream({
    pull(controller) {
      const length = Math.min(left, 70_000);
      controller.enqueue(new Uint8Array(length));
      left -= length;
      if (left === 0) controller.close();
    },
  });
}
