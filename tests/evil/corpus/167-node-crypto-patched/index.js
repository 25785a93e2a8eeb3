const crypto = require("crypto");
module.exports = () => {
  let tried = 0;
  const attempt = (work) => {
    try {
      work();
    } catch {}
    tried++;
  };
  const key = crypto.generateKeyPairSync("ed25519").privateKey;
  const ec = crypto.createECDH("prime256v1");
  const detached = Buffer.from(new ArrayBuffer(16));
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  for (const bytes of [detached, new DataView(new ArrayBuffer(0)), new Float64Array(1)]) {
    attempt(() => crypto.createHash("sha1").update(bytes));
    attempt(() => crypto.createHmac("sha1", bytes));
    attempt(() => crypto.pbkdf2Sync(bytes, bytes, 1, 16, "sha1"));
    attempt(() => crypto.scryptSync(bytes, bytes, 16));
    attempt(() => crypto.createSecretKey(bytes));
    attempt(() => crypto.createPrivateKey({ key: bytes, format: "der", type: "pkcs8" }));
    attempt(() => crypto.sign(null, bytes, key));
    attempt(() => crypto.verify(null, bytes, crypto.createPublicKey(key), bytes));
    attempt(() => crypto.createCipheriv("aes-128-cbc", bytes, bytes));
    attempt(() => crypto.randomFillSync(bytes));
    attempt(() => crypto.checkPrimeSync(bytes));
    attempt(() => new crypto.X509Certificate(bytes));
    attempt(() => ec.setPrivateKey(bytes));
    attempt(() => crypto.publicEncrypt({ key, oaepLabel: bytes }, bytes));
  }
  // Buffers of another length than they should have; Rust copies keys and points into them.
  const { alloc } = Buffer;
  for (const length of [0, 1, 31, 33, 64, 1 << 20]) {
    Buffer.alloc = () => alloc(length);
    attempt(() => crypto.scryptSync("p", "s", 32));
    attempt(() => crypto.createECDH("prime256v1").generateKeys());
    attempt(() => crypto.createECDH("secp521r1").generateKeys("hex", "compressed"));
    attempt(() => crypto.createECDH("prime256v1").setPrivateKey(new Uint8Array(32).fill(1)));
    attempt(() => {
      Buffer.alloc = alloc;
      const other = crypto.createECDH("prime256v1");
      other.generateKeys();
      Buffer.alloc = () => alloc(length);
      other.computeSecret(other.getPublicKey());
    });
  }
  Buffer.alloc = alloc;
  // Getters where Rust would read a dictionary, and names on Object.prototype.
  const jwk = crypto.createPublicKey(crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey).export({ format: "jwk" });
  attempt(() => crypto.createPublicKey({ key: { kty: "EC", crv: "P-256", get x() { return crypto.randomBytes(4), jwk.x; }, get y() { return jwk.y; } }, format: "jwk" }));
  Object.defineProperty(Object.prototype, "d", { get: () => crypto.randomBytes(4), configurable: true });
  attempt(() => crypto.createPublicKey({ key: jwk, format: "jwk" }));
  delete Object.prototype.d;
  attempt(() => crypto.generateKeyPairSync("rsa", { modulusLength: 512, publicExponent: 4 }));
  attempt(() => crypto.generateKeyPairSync("rsa-pss", { modulusLength: 8 }));
  attempt(() => crypto.generateKeyPairSync("rsa-pss", { modulusLength: 512, publicExponent: 2 }));
  attempt(() => crypto.sign("sha256", Buffer.alloc(1), { key: crypto.generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey, padding: 6, saltLength: 2 ** 31 - 1 }));
  attempt(() => crypto.randomInt(5, 5));
  Uint8Array.prototype.set = Uint8Array.prototype.subarray = () => { throw new Error("set"); };
  Array.prototype[Symbol.iterator] = () => { throw new Error("iterator"); };
  RegExp.prototype.exec = String.prototype.slice = Promise.prototype.then = () => { throw new Error("patched"); };
  attempt(() => crypto.createHash("sha256").update("x".repeat(1 << 20)).digest("hex"));
  attempt(() => crypto.createPrivateKey("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"));
  attempt(() => crypto.generatePrimeSync(64));
  attempt(() => crypto.pbkdf2("p", "s", 1, 1, "sha1", () => {}));
  return `${tried}`;
};
