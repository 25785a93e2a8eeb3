// archiver: a zip and a tar as streams, read again by jszip.
const { PassThrough } = require("stream");
const { buffer } = require("stream/consumers");
const archiver = require("archiver");
const JSZip = require("jszip");

async function packed(archive) {
  const out = archive.pipe(new PassThrough());
  archive.append("hello ".repeat(1000), { name: "hello.txt", date: new Date(0) });
  archive.append(Buffer.from([0, 255]), { name: "deep/bytes.bin", date: new Date(0) });
  const bytes = buffer(out);
  await archive.finalize();
  return bytes;
}

module.exports = async () => {
  const zip = await packed(archiver.ZipArchive ? new archiver.ZipArchive({ zlib: { level: 9 } }) : archiver("zip", { zlib: { level: 9 } }));
  const tar = await packed(archiver.TarArchive ? new archiver.TarArchive() : archiver("tar"));
  const read = await JSZip.loadAsync(zip);
  return { names: Object.keys(read.files), text: (await read.file("hello.txt").async("string")).length, small: zip.length < 1000, tar: [tar.length, tar.subarray(257, 262).toString()] };
};
