const crypto = require("crypto");
module.exports = async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  // Slow operations on helper threads without end, and none is waited for.
  const ignore = () => {};
  const password = Buffer.alloc(1 << 20);
  for (let i = 0;; i++) {
    crypto.pbkdf2(password, "s", 10_000_000, 16, "sha512", ignore);
    crypto.scrypt(password, "s", 16, { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 30 }, ignore);
    crypto.generateKeyPair("rsa", { modulusLength: 4096 }, ignore);
    crypto.generatePrime(2048, { safe: true }, ignore);
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
};
