export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return new ReadableStream({ pull: () => new Promise((wake) => setTimeout(wake, 1e6)) });
};
