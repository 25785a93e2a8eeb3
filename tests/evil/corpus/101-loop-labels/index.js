export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  outer: for (;;) {
    for (;;) {
      try {
        continue outer;
      } finally {
        continue outer;
      }
    }
  }
};
