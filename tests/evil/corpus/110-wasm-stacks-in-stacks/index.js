export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const deep = new WebAssembly.Module(Uint8Array.fromHex('0061736d01000000010401600000030201000705010167' + '00000a0601040010000b'));
  const nest = new WebAssembly.Module(Uint8Array.fromHex('0061736d010000000104016000000207010169016600000302010007050101670001' + '0a0601040010000b'));
  await WebAssembly.promising(new WebAssembly.Instance(deep).exports.g)().catch(() => {});
  let call;
  const again = () => void call().catch(() => {});
  call = WebAssembly.promising(new WebAssembly.Instance(nest, { i: { f: again } }).exports.g);
  await call().catch(() => {});
  const down = () => down();
  await WebAssembly.promising(new WebAssembly.Instance(nest, { i: { f: down } }).exports.g)().catch(() => {});
  const spin = () => { for (;;); };
  await WebAssembly.promising(new WebAssembly.Instance(nest, { i: { f: spin } }).exports.g)();
  return 'done';
};
