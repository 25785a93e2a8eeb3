const crypto = require("crypto");
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  // What lies outside the heap: states of hashes, ciphers that never end, keys, certificates.
  const kept = [];
  const handleOf = (object) => object[Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === "kHandle")];
  const shake = () => {
    const hash = crypto.createHash("shake256", { outputLength: 1 << 20 });
    hash.digest("hex");
    return handleOf(hash);
  };
  for (;;) {
    for (let i = 0; i < 500; i++) {
      kept.push(handleOf(crypto.createHash("sha512")));
      kept.push(handleOf(crypto.createSecretKey(Buffer.alloc(4096))));
      try {
        const cipher = crypto.createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12));
        cipher.setAAD(Buffer.alloc(4096));
        cipher.update("x");
        kept.push(cipher._context);
      } catch {}
    }
    kept.push(shake());
    await null;
  }
};
