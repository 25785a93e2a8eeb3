export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint8Array(1 << 16).fill(7);
  const sent = crypto.subtle.digest('SHA-256', bytes);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  await sent.catch(() => {});
  let pulled = 0;
  return new ReadableStream({ type: 'bytes', pull(c) {
    const piece = new Uint8Array(1000);
    c.enqueue(piece);
    try {
      piece.buffer.transfer();
    } catch {}
    if (++pulled > 10) c.close();
  } });
};
