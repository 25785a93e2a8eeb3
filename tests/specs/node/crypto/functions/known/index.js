const crypto = require("node:crypto");

const key = (length) => Buffer.alloc(length, 3);
const encrypt = (algorithm, options) => {
  const { keyLength, ivLength } = crypto.getCipherInfo(algorithm);
  const iv = ivLength > 0 ? Buffer.alloc(ivLength, 5) : null;
  const cipher = crypto.createCipheriv(algorithm, key(keyLength), iv, options);
  if (options) cipher.setAAD(Buffer.from("addi"));
  const text = cipher.update("a text of more than one block, and some", "utf8", "hex") + cipher.final("hex");
  const decipher = crypto.createDecipheriv(algorithm, key(keyLength), iv, options);
  if (options) decipher.setAAD(Buffer.from("addi")).setAuthTag(cipher.getAuthTag());
  return [text, options ? cipher.getAuthTag().toString("hex") : "", decipher.update(text, "hex", "utf8") + decipher.final("utf8")];
};
const codeOf = (work) => {
  try {
    return `no error: ${work()}`;
  } catch (error) {
    return `${error.name} ${error.code} ${error.message}`;
  }
};
const called = (work) => new Promise((resolve, reject) => work((error, value) => error ? reject(error) : resolve(value.toString("hex"))));

module.exports = async () => ({
  hashes: Object.fromEntries(["md5", "sha1", "sha256", "sha384", "sha512", "sha3-256", "blake2b512", "ripemd160", "RSA-SHA256"].map((name) => [name, crypto.createHash(name).update("message").digest("hex")])),
  hmacs: Object.fromEntries(["md5", "sha1", "sha256", "sha512", "sha3-512", "sm3", "RSA-SHA512"].map((name) => [name, crypto.createHmac(name, "key").update("message").digest("base64")])),
  shake: crypto.createHash("shake256", { outputLength: 20 }).update("x").digest("hex"),
  large: crypto.createHash("sha256").update("ä😀".repeat(300_000)).update(Buffer.alloc(1_500_001, 7)).digest("hex"),
  hash: crypto.hash("sha1", "x"),
  cbc: encrypt("aes-256-cbc"),
  ctr: encrypt("aes-128-ctr"),
  ecb: encrypt("aes-128-ecb"),
  des: encrypt("des-ede3-cbc"),
  gcm: encrypt("aes-256-gcm", { authTagLength: 16 }),
  names: encrypt("AES-128-GCM", { authTagLength: 12 }),
  chacha: encrypt("chacha20-poly1305", { authTagLength: 16 }),
  pbkdf2: [crypto.pbkdf2Sync("p", "s", 1000, 40, "sha512").toString("hex"), await called((done) => crypto.pbkdf2("p", "s", 1000, 40, "sha512", done))],
  scrypt: [crypto.scryptSync("p", "s", 20).toString("hex"), await called((done) => crypto.scrypt("p", "s", 20, { N: 1024 }, done))],
  hkdf: Buffer.from(crypto.hkdfSync("sha256", "key", "salt", "info", 42)).toString("hex"),
  ecdh: (() => {
    const one = crypto.createECDH("secp521r1");
    one.setPrivateKey(Buffer.alloc(66, 1).fill(0, 0, 1));
    return one.computeSecret(one.getPublicKey("hex", "compressed"), "hex", "hex");
  })(),
  equal: [crypto.timingSafeEqual(Buffer.from("a"), Buffer.from("a")), crypto.randomUUID().length, crypto.randomBytes(70_000).length],
  primes: [crypto.checkPrimeSync(2n ** 127n - 1n), crypto.checkPrimeSync(2n ** 128n - 1n), crypto.checkPrimeSync(crypto.generatePrimeSync(96, { bigint: true, safe: true }))],
  errors: [
    codeOf(() => crypto.createCipheriv("aes-256-cbc", key(31), key(16))),
    codeOf(() => crypto.createCipheriv("aes-256-cbc", key(32), key(15))),
    codeOf(() => crypto.createDecipheriv("aes-256-cbc", key(32), key(16)).final()),
    codeOf(() => crypto.createDecipheriv("aes-256-gcm", key(32), key(12)).setAuthTag(key(16)).final()),
    codeOf(() => crypto.createHash("none")),
    codeOf(() => crypto.createPrivateKey("none")),
    codeOf(() => crypto.timingSafeEqual(Buffer.from("a"), Buffer.from("ab"))),
    codeOf(() => crypto.randomInt(0)),
  ],
});
