export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const step = [32, 0, 4, 127, 65, 1, 5, 65, 2, 11, 32, 0, 106, 33, 0];
  const times = 480000;
  const body = new Uint8Array(step.length * times + 32);
  const leb = (n) => {
    const bytes = [];
    do bytes.push((n & 127) | (n > 127 ? 128 : 0));
    while ((n >>>= 7));
    return bytes;
  };
  let at = 0;
  const put = (bytes) => {
    body.set(bytes, at);
    at += bytes.length;
  };
  put([0, 3, 64]);
  for (let i = 0; i < times; i++) put(step);
  put([32, 0, 65, 192, 132, 61, 72, 13, 0, 11, 11]);
  const code = body.subarray(0, at);
  const size = leb(code.length);
  const section = leb(code.length + size.length + 1);
  const head = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 127, 0, 3, 2, 1, 0, 7, 5, 1, 1, 103, 0, 0, 10, ...section, 1, ...size];
  const bytes = new Uint8Array(head.length + code.length);
  bytes.set(head);
  bytes.set(code, head.length);
  const { g } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  for (let i = 0; i < 200; i++) g(0);
  return 'done';
};
