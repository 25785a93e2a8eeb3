// jszip: folders, compression, streams.
const JSZip = require("jszip");

module.exports = async () => {
  const zip = new JSZip();
  zip.file("a.txt", "hello ".repeat(1000), { date: new Date(0) });
  zip.folder("deep").file("b.bin", Buffer.from([0, 255]), { date: new Date(0) });
  const bytes = await zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE" });
  const again = await JSZip.loadAsync(bytes);
  let streamed = 0;
  await new Promise((resolve, reject) => again.file("a.txt").nodeStream().on("data", (piece) => { streamed += piece.length; }).on("end", resolve).on("error", reject));
  return { small: bytes.length < 1000, names: Object.keys(again.files), bytes: (await again.file("deep/b.bin").async("nodebuffer")).toString("hex"), streamed, broken: await JSZip.loadAsync("no zip").catch(({ message }) => message.slice(0, 30)) };
};
