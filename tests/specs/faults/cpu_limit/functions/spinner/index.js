export default async (request) => {
  switch (new URL(request.url).search) {
    case "?spin":
      for (;;);
    case "?catch":
      for (;;) {
        try {
          for (;;);
        } catch {
          // a limit is no exception
        } finally {
          continue;
        }
      }
    case "?microtasks":
      for (;;) await null;
    default:
      return "fine";
  }
};
