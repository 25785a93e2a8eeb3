export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint8Array(2 ** 27).fill(0x80);
  const got = [];
  for (const name of ['windows-1252', 'utf-8', 'utf-16le', 'gb18030', 'iso-2022-jp']) {
    try {
      got.push(new TextDecoder(name).decode(bytes).length);
    } catch (error) {
      got.push(error.name);
    }
  }
  return String(got);
};
