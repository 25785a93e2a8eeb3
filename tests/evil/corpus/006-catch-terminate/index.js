export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (;;) {
    try {
      for (;;);
    } catch {} finally {
      continue;
    }
  }
};
