export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const registry = new FinalizationRegistry(() => {
    for (;;);
  });
  for (let i = 0; i < 1e5; i++) registry.register({ i }, i);
  for (let n = 0; n < 50; n++) {
    for (let i = 0; i < 1e4; i++) ({ n, i });
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return 'done';
};
