const crypto = require("crypto");

const number = (length) => (length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]);
const element = (tag, ...parts) => {
  const content = parts.flat();
  return [tag, ...number(content.length), ...content];
};
const sequence = (...parts) => element(0x30, ...parts);
const integer = (...bytes) => element(2, bytes);
const octets = (...bytes) => element(4, bytes.flat());
const oid = (...bytes) => element(6, bytes);
const pem = (label, bytes) => `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;

/** An encrypted key whose password is hashed four thousand million times, or with 64 GB. */
const PBES2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const SCRYPT = [0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
const AES = sequence(oid(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02), octets(new Array(16).fill(1)));
const SHA256 = sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09), [5, 0]);
const encrypted = (kdf) => sequence(sequence(oid(...PBES2), sequence(kdf, AES)), octets(new Array(48).fill(7)));
const slow = encrypted(sequence(oid(...PBKDF2), sequence(octets(1, 2, 3, 4, 5, 6, 7, 8), integer(0, 0xff, 0xff, 0xff, 0xff), SHA256)));
const large = encrypted(sequence(oid(...SCRYPT), sequence(octets(1, 2, 3, 4, 5, 6, 7, 8), integer(0x20, 0, 0, 0), integer(8), integer(1))));

/** Diffie-Hellman modulo 0, and an RSA key of eight bits. */
const DH = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x03, 0x01];
const zero = sequence(integer(0), sequence(oid(...DH), sequence(integer(0), integer(2))), octets(integer(5)));
const tiny = sequence(sequence(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01), [5, 0]), element(3, [0], sequence(integer(0, 0x8f), integer(3))));

module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  let read = 0;
  const attempt = (work) => {
    try {
      work();
      read++;
    } catch {}
  };
  for (const bytes of [slow, large]) {
    for (const create of [crypto.createPrivateKey, crypto.createPublicKey]) {
      attempt(() => create({ key: pem("ENCRYPTED PRIVATE KEY", bytes), passphrase: "x" }));
      attempt(() => create({ key: `-----BEGIN CERTIFICATE-----\n\n${pem("ENCRYPTED PRIVATE KEY", bytes)}`, passphrase: "x" }));
      attempt(() => create({ key: Buffer.from(bytes), format: "der", type: "pkcs8", passphrase: "x" }));
    }
    attempt(() => crypto.privateDecrypt({ key: pem("ENCRYPTED PRIVATE KEY", bytes), passphrase: "x" }, Buffer.alloc(256)));
  }
  attempt(() => crypto.createPrivateKey(pem("PRIVATE KEY", zero)).export({ type: "pkcs8", format: "der" }));
  attempt(() => crypto.createPublicKey(pem("PRIVATE KEY", zero)));
  for (const padding of [1, 3, 4]) attempt(() => crypto.publicEncrypt({ key: pem("PUBLIC KEY", tiny), padding }, Buffer.alloc(1)));
  attempt(() => crypto.verify("sha256", Buffer.alloc(1), { key: pem("PUBLIC KEY", tiny), padding: 6, saltLength: -2 }, Buffer.alloc(1)));
  let deep = [5, 0];
  for (let i = 0; i < 2000; i++) deep = sequence(deep);
  attempt(() => crypto.createPrivateKey({ key: Buffer.from(deep), format: "der", type: "pkcs8" }));
  attempt(() => new crypto.X509Certificate(Buffer.from(deep)));
  attempt(() => new crypto.X509Certificate(pem("CERTIFICATE", new Array(60000).fill(0x30))));
  return `${read} read`;
};
