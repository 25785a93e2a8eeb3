// jsonwebtoken: HMAC, RSA and elliptic curves, claims, errors.
const { generateKeyPairSync } = require("crypto");
const jwt = require("jsonwebtoken");

module.exports = () => {
  const codes = (token, key, options) => { try { return jwt.verify(token, key, options); } catch ({ name, message }) { return [name, message]; } };
  const token = jwt.sign({ a: 1 }, "secret", { noTimestamp: true, issuer: "me" });
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
  const old = jwt.sign({ iat: 1 }, "secret", { expiresIn: 1 });
  return {
    token,
    verified: codes(token, "secret", { issuer: "me" }),
    forged: codes(`${token}x`, "secret"),
    stranger: codes(token, "secret", { issuer: "you" }),
    old: codes(old, "secret")[0],
    rsa: codes(jwt.sign({ b: 2 }, rsa.privateKey, { algorithm: "RS256", noTimestamp: true }), rsa.publicKey),
    pss: codes(jwt.sign({ c: 3 }, rsa.privateKey, { algorithm: "PS512", noTimestamp: true }), rsa.publicKey),
    curve: codes(jwt.sign({ d: 4 }, curve.privateKey, { algorithm: "ES256", noTimestamp: true }), curve.publicKey),
    decoded: jwt.decode(token, { complete: true }).header,
  };
};
