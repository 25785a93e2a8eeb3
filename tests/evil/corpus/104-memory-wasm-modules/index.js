export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = Uint8Array.fromHex('0061736d010000000104016000000302010007050101660000' + '0a040102000b');
  const kept = [];
  for (;;) kept.push(new WebAssembly.Instance(new WebAssembly.Module(bytes)));
};
