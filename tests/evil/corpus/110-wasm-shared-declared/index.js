export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const module = new WebAssembly.Module(Uint8Array.fromHex('0061736d010000000504010301020705' + '01016d0200'));
  const Shared = new WebAssembly.Instance(module).exports.m.buffer.constructor;
  const kept = [];
  for (let i = 0; i < 1e5; i++) kept.push(new Shared(8, { maxByteLength: 2 ** 32 }));
  return Shared.name;
};
