const leb = (number) => {
  const bytes = [];
  do bytes.push((number & 127) | (number > 127 ? 128 : 0));
  while (number >>>= 7);
  return bytes;
};
const STEPS = 1_000_000;

// A sum of a million terms: (local.set 0 (i32.add (local.get 0) (i32.const 7)))
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const step = [0x20, 0, 0x41, 7, 0x6a, 0x21, 0];
  const bodyBytes = STEPS * step.length + 4;
  const codeBytes = 1 + leb(bodyBytes).length + bodyBytes;
  const head = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
    10, ...leb(codeBytes), 1, ...leb(bodyBytes), 1, 1, 0x7f,
  ];
  const bytes = new Uint8Array(head.length + STEPS * step.length + 1);
  bytes.set(head);
  for (let i = 0; i < STEPS * step.length; i++) bytes[head.length + i] = step[i % step.length];
  bytes[bytes.length - 1] = 0x0b;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  for (let i = 0; i < 1e6; i++) f();
  return "ran";
};
