const crypto = require("crypto");
module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const refused = [];
  const attempt = (work) => {
    try {
      work();
    } catch (error) {
      refused.push(error.name);
    }
  };
  // What would hold the thread for minutes is refused at once; what is allowed is tried without end.
  attempt(() => crypto.pbkdf2Sync("p", "s", 2 ** 31 - 1, 64, "sha512"));
  attempt(() => crypto.pbkdf2Sync("p", "s", 1000, 2 ** 30, "sha512"));
  attempt(() => crypto.scryptSync("p", "s", 64, { N: 2 ** 20, r: 8, p: 1, maxmem: 2 ** 31 }));
  attempt(() => crypto.scryptSync("p", "s", 64, { N: 2, r: 1, p: 2 ** 29, maxmem: 2 ** 40 }));
  attempt(() => crypto.generateKeyPairSync("rsa", { modulusLength: 65536 }));
  attempt(() => crypto.generateKeyPairSync("rsa-pss", { modulusLength: 4096 }));
  attempt(() => crypto.generatePrimeSync(65536));
  attempt(() => crypto.checkPrimeSync(new Uint8Array(1 << 20).fill(255)));
  if (refused.length !== 8) return `refused ${refused.length} of 8`;
  for (;;) {
    crypto.pbkdf2Sync("p", "s", 100_000, 32, "sha256");
    crypto.scryptSync("p", "s", 32);
    crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  }
};
