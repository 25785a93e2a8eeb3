export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = Uint8Array.fromHex('0061736d01000000010401600000030201000705010166' + '00000a09010700' + '03400c000b0b');
  new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();
};
