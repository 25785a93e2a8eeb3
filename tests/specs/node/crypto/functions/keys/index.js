const crypto = require("crypto");
const { promisify } = require("util");

const message = Buffer.from("message");

function round({ privateKey, publicKey }, digest, options) {
  const signature = crypto.sign(digest, message, { key: privateKey, ...options });
  return crypto.verify(digest, message, { key: publicKey, ...options }, signature) && !crypto.verify(digest, Buffer.from("another"), { key: publicKey, ...options }, signature);
}

/** A pair that went through text. */
function written({ privateKey, publicKey }) {
  return {
    privateKey: crypto.createPrivateKey({ key: privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" }), passphrase: "secret" }),
    publicKey: crypto.createPublicKey({ key: publicKey.export({ type: "spki", format: "der" }), format: "der", type: "spki" }),
  };
}

function throughJwk({ privateKey, publicKey }) {
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "of another kind" };
  return { privateKey: crypto.createPrivateKey({ key: jwk, format: "jwk" }), publicKey: crypto.createPublicKey({ key: publicKey.export({ format: "jwk" }), format: "jwk" }) };
}

module.exports = async () => {
  const rsa = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const large = crypto.generateKeyPairSync("rsa", { modulusLength: 2304 });
  const later = await promisify(crypto.generateKeyPair)("rsa", { modulusLength: 1024 });
  const pss = crypto.generateKeyPairSync("rsa-pss", { modulusLength: 1024, hashAlgorithm: "sha256", saltLength: 32 });
  const curves = ["prime256v1", "secp384r1", "secp521r1", "secp256k1", "secp224r1"].map((namedCurve) => crypto.generateKeyPairSync("ec", { namedCurve }));
  const edwards = crypto.generateKeyPairSync("ed25519");
  const [one, other] = [crypto.generateKeyPairSync("x25519"), crypto.generateKeyPairSync("x25519")];
  const secret = crypto.createSecretKey(message);
  const foreign = crypto.KeyObject.from(await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]));
  return {
    rsa: [rsa, large, written(rsa), throughJwk(rsa), later].map((pair) => round(pair, "sha256")),
    details: [rsa, large, later].map(({ privateKey }) => privateKey.asymmetricKeyDetails.modulusLength),
    pss: [round(rsa, "sha256", { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }), round(pss, "sha256")],
    curves: curves.map((pair) => round(pair, "sha256") && round(pair, "sha1") && round(written(pair), "sha512", { dsaEncoding: "ieee-p1363" })),
    jwk: curves.slice(0, 4).map((pair) => round(throughJwk(pair), "sha384")),
    edwards: [edwards, written(edwards), throughJwk(edwards)].map((pair) => round(pair, null)),
    agreed: crypto.diffieHellman({ privateKey: one.privateKey, publicKey: other.publicKey }).equals(crypto.diffieHellman({ privateKey: other.privateKey, publicKey: one.publicKey })),
    encrypted: [
      crypto.privateDecrypt(rsa.privateKey, crypto.publicEncrypt(rsa.publicKey, message)).toString(),
      crypto.publicDecrypt(rsa.publicKey, crypto.privateEncrypt(rsa.privateKey, message)).toString(),
    ],
    secret: [secret.export().toString(), secret.export({ format: "jwk" }).k, structuredClone(secret).equals(secret), foreign.type, foreign.symmetricKeySize],
    made: secret.toCryptoKey({ name: "HMAC", hash: "SHA-1" }, true, ["sign"]).algorithm.hash.name,
  };
};
