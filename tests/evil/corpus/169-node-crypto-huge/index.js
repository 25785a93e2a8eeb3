const crypto = require("crypto");
module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  // One call hashes, encrypts and fills many megabytes: a limit must strike within it.
  const bytes = Buffer.alloc(24 << 20);
  const text = "ä".repeat(8 << 20);
  for (;;) {
    const hash = crypto.createHash("sha3-512");
    hash.update(bytes);
    hash.update(text);
    const cipher = crypto.createCipheriv("aes-256-ctr", Buffer.alloc(32), Buffer.alloc(16));
    cipher.update(bytes);
    cipher.final();
    crypto.randomFillSync(bytes);
  }
};
