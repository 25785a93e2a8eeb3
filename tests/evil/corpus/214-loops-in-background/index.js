export default async (request, context) => {
  context.waitUntil(new Promise(() => setInterval(() => { for (let i = 0; i < 1e7; i++); }, 1)));
  for (;;) await null;
};
