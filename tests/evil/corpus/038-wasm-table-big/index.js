export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(new WebAssembly.Table({ element: 'anyfunc', initial: 1e7 }));
};
