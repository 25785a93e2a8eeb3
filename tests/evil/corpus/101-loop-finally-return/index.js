export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const trap = () => {
    try {
      for (;;);
    } finally {
      return trap();
    }
  };
  return trap();
};
