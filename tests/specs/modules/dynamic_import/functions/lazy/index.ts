export default async (request: Request) => {
  if (new URL(request.url).pathname !== "/load") return { loaded: "lazyLoaded" in globalThis };
  const { text } = await import("./lazy.ts");
  return { loaded: "lazyLoaded" in globalThis, text };
};
