const tls = require("tls");
const { Duplex } = require("stream");
const pem = (bytes, kind = "CERTIFICATE") => `-----BEGIN ${kind}-----\n${Buffer.from(bytes).toString("base64")}\n-----END ${kind}-----\n`;
module.exports = async () => {
  process.on("unhandledRejection", () => {});
  const quiet = () => new Duplex({ read() {}, write(chunk, encoding, done) { done(); } });
  const root = tls.rootCertificates[0];
  const der = Buffer.from(root.split("\n").slice(1, -2).join(""), "base64");
  const lists = [
    { ca: root.repeat(5000) },
    { ca: tls.rootCertificates },
    { ca: new Array(300).fill(root) },
    { ca: "-----BEGIN CERTIFICATE-----\n".repeat(10_000) },
    { ca: pem(new Uint8Array(200_000).fill(0x30)) },
    { ca: pem(new Uint8Array(100_000).fill(0xa0)).repeat(3) },
    { ca: der },
    { ca: der.subarray(0, 100) },
    { cert: root, key: pem(new Uint8Array(40_000).fill(2), "PRIVATE KEY") },
    { cert: root, key: pem(new Uint8Array(40_000).fill(0x30), "RSA PRIVATE KEY") },
    { cert: root.repeat(20), key: pem([0x30, 0x84, 0xff, 0xff, 0xff, 0xff], "EC PRIVATE KEY") },
    { cert: pem([0x30]), key: pem([0x30], "PRIVATE KEY") },
    { cert: root, key: "-----BEGIN ENCRYPTED PRIVATE KEY-----", passphrase: "x".repeat(1e6) },
    { secureContext: { context: { ca: { toString: () => root.repeat(3000) }, cert: [1, {}], key: [Symbol.iterator], minVersion: {}, ciphers: "A:".repeat(1e6) } } },
    { ciphers: "HIGH:".repeat(100_000) },
    { ALPNProtocols: new Array(10_000).fill("x".repeat(255)) },
    { ALPNProtocols: Buffer.alloc(100_000, 255) },
  ];
  for (let offset = 0; offset < der.length; offset += 7) { // one bit is another in each
    const bytes = Buffer.from(der);
    bytes[offset] ^= 1 << (offset % 8);
    lists.push({ ca: pem(bytes) });
  }
  let tried = 0;
  for (const options of lists) {
    for (let again = 0; again < 2; again++) {
      try {
        const socket = tls.connect({ socket: quiet(), servername: "localhost", ...options });
        socket.on("error", () => {});
        await new Promise((resolve) => setImmediate(resolve));
        socket.destroy();
      } catch {}
      tried++;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return `${tried}`;
};
