export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const module = new WebAssembly.Module(Uint8Array.fromHex('0061736d010000000104016000000207010169016600000302010007050101670001' + '0a0a01080101c0b8027e10000b'.replace('0101', '01')));
  let g;
  const call = () => {
    try {
      g();
    } catch {}
    g();
  };
  ({ g } = new WebAssembly.Instance(module, { i: { f: call } }).exports);
  g();
  return 'done';
};
