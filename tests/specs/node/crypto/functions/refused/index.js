const crypto = require("crypto");

const attempts = [
  () => crypto.generateKeyPairSync("dsa", { modulusLength: 1024 }),
  () => crypto.generateKeyPairSync("dh", { group: "modp14" }),
  () => crypto.generateKeyPairSync("ed448"),
  () => crypto.createDiffieHellman(64),
  () => crypto.getDiffieHellman("modp14"),
  () => crypto.Certificate.verifySpkac(Buffer.from("x")),
  () => crypto.createPublicKey({ key: { kty: "OKP", crv: "X448", x: Buffer.alloc(56).toString("base64url") }, format: "jwk" }),
];

module.exports = () =>
  attempts.map((attempt) => {
    try {
      return `no error: ${attempt()}`;
    } catch (error) {
      return `${error.code} ${error.message}`;
    }
  }).join("\n");
