export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new ReadableStream({
    start: (controller) => controller.enqueue('x'.repeat(1 << 16)),
    async pull(controller) {
      await new Promise((wake) => setTimeout(wake, 20));
      controller.enqueue('more');
    },
  });
};
