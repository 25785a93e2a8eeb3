const crypto = require("crypto");

const attempts = {
  pbkdf2Sync: () => crypto.pbkdf2Sync("p", "s", 5_000_000, 32, "sha512"),
  pbkdf2: () => new Promise((resolve, reject) => crypto.pbkdf2("p", "s", 50_000_000, 32, "sha512", (error) => error ? reject(error) : resolve())),
  scryptSync: () => crypto.scryptSync("p", "s", 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 30 }),
  modulus: () => crypto.generateKeyPairSync("rsa", { modulusLength: 8192 }),
  exponent: () => crypto.generateKeyPairSync("rsa", { modulusLength: 1024, publicExponent: 4 }),
  prime: () => crypto.generatePrimeSync(4096),
  candidate: () => crypto.checkPrimeSync(Buffer.alloc(1024, 255)),
  output: () => crypto.createHash("shake128", { outputLength: 2 ** 30 }),
};

module.exports = async () => {
  const said = {};
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt();
      said[name] = "no error";
    } catch (error) {
      said[name] = `${error.name}: ${error.message}`;
    }
  }
  return said;
};
