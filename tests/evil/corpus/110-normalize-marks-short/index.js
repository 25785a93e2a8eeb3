export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (let i = 0; i < 100; i++) '\u0300\u0316'.repeat(2 ** 15).normalize('NFC');
  return 'done';
};
