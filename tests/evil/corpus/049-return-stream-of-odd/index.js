export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new ReadableStream({ start(controller) {
    controller.enqueue({ toString() {
      for (;;);
    } });
  } });
};
