const crypto = require("crypto");
module.exports = () => {
  let tried = 0;
  const attempt = (work) => {
    try {
      work();
    } catch {}
    tried++;
  };
  const symbols = (object) => Object.getOwnPropertySymbols(object);
  const hash = crypto.createHash("sha256");
  const [handle] = symbols(hash);
  attempt(() => new (hash[handle].constructor)(true));
  attempt(() => new (Object.getPrototypeOf(hash[handle]).constructor)(true));
  attempt(() => new crypto.Hash(Object.create(Object.getPrototypeOf(hash[handle]))));
  attempt(() => new crypto.Hash(hash[handle]).digest());
  const secret = crypto.createSecretKey(Buffer.from("abc"));
  const { privateKey, publicKey } = crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
  const kHandle = symbols(secret).find((symbol) => symbol.description === "kHandle");
  for (const value of [null, undefined, 0, -1, 2 ** 32, {}, hash[handle], secret[kHandle], publicKey[kHandle], new Proxy({}, {}), new (secret[kHandle].constructor)(true)]) {
    for (const key of [secret, privateKey, publicKey]) {
      const forged = Object.create(Object.getPrototypeOf(key));
      for (const symbol of symbols(key)) forged[symbol] = key[symbol];
      forged[kHandle] = value;
      attempt(() => forged.export({ type: "pkcs8", format: "pem" }));
      attempt(() => forged.export({ format: "jwk" }));
      attempt(() => crypto.sign("sha256", Buffer.alloc(1), forged));
      attempt(() => crypto.sign(null, Buffer.alloc(1), forged));
      attempt(() => crypto.verify("sha256", Buffer.alloc(1), forged, Buffer.alloc(128)));
      attempt(() => crypto.diffieHellman({ privateKey: forged, publicKey: forged }));
      attempt(() => crypto.createHmac("sha1", forged));
      attempt(() => crypto.hkdfSync("sha1", forged, "", "", 20));
      attempt(() => forged.equals(key));
      attempt(() => structuredClone(forged));
      attempt(() => forged.toCryptoKey({ get name() { return "HMAC"; }, get hash() { return crypto.randomBytes(1), "SHA-1"; } }, true, ["sign"]));
    }
  }
  // Blocks that are not whole, lengths that do not agree, ciphers of another number.
  for (const algorithm of ["aes-128-cbc", "aes-128-ecb", "aes-128-ctr", "aes-128-gcm", "des-ede3-cbc", "chacha20-poly1305"]) {
    const { keyLength, ivLength } = crypto.getCipherInfo(algorithm);
    for (const create of [crypto.createCipheriv, crypto.createDecipheriv]) {
      for (const change of [
        (cipher) => { cipher._needsBlockCache = false; },
        (cipher) => { cipher._blockSize = 5; cipher._cache.cache = new Uint8Array(5); },
        (cipher) => { cipher._blockSize = 0; },
        (cipher) => { cipher._blockSize = 64; cipher._cache.cache = new Uint8Array(64); },
        (cipher) => { cipher._needsBlockCache = true; cipher._cache.cache = new Uint8Array(7); },
        (cipher) => { cipher._context = 0; },
        (cipher) => { cipher._context = { rid: 1 }; },
        (cipher) => { cipher._authTag = new Uint8Array(100); },
        (cipher) => { cipher._isAesWrap = true; cipher._aesWrapAlgorithm = "x-pad"; cipher._aesWrapKey = new Uint8Array(16); cipher._aesWrapIv = new Uint8Array(4); },
      ]) {
        for (const pads of [true, false]) {
          const cipher = create(algorithm, new Uint8Array(keyLength), ivLength > 0 ? new Uint8Array(ivLength) : null);
          cipher.setAutoPadding(pads);
          change(cipher);
          attempt(() => cipher.setAAD(new Uint8Array(3)));
          attempt(() => cipher.update(new Uint8Array(13)));
          attempt(() => cipher.update(new Uint8Array(16)));
          attempt(() => cipher.final());
          attempt(() => cipher.final());
        }
      }
    }
  }
  return `${tried}`;
};
