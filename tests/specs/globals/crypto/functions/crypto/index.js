const { subtle } = crypto;
const bytes = (text) => new TextEncoder().encode(text);
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function hmac() {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", bytes("a key"), algorithm, false, ["sign", "verify"]);
  return subtle.verify("HMAC", key, await subtle.sign("HMAC", key, bytes("message")), bytes("message"));
}

async function aes() {
  const key = await subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
  const parameters = { name: "AES-GCM", iv: crypto.getRandomValues(new Uint8Array(12)) };
  const sealed = await subtle.encrypt(parameters, key, bytes("a secret"));
  return new TextDecoder().decode(await subtle.decrypt(parameters, key, sealed));
}

async function ecdsa() {
  const pair = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const signature = await subtle.sign(algorithm, pair.privateKey, bytes("message"));
  return [
    await subtle.verify(algorithm, pair.publicKey, signature, bytes("message")),
    await subtle.verify(algorithm, pair.publicKey, signature, bytes("another")),
  ];
}

// Slow calls wait for one another; they take what they were given when they were made.
async function derived() {
  const key = await subtle.importKey("raw", bytes("a password"), "PBKDF2", false, ["deriveBits"]);
  const salt = bytes("some salt");
  const derive = (salt) => subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: 1000 }, key, 128);
  const both = [derive(salt), derive(new DataView(salt.buffer))];
  salt.fill(0);
  return (await Promise.all([...both, derive(bytes("some salt"))])).map(hex);
}

// More calls than may be under way: those that wait take what they were given when they were made.
async function many() {
  const data = bytes("abc");
  const digests = Array.from({ length: 200 }, () => subtle.digest("SHA-256", data));
  const failures = Array.from({ length: 50 }, () => subtle.digest("no algorithm", data).catch((error) => error.name));
  data.fill(0);
  return [[...new Set((await Promise.all(digests)).map(hex))], [...new Set(await Promise.all(failures))]];
}

async function tooLarge() {
  const names = [];
  for (const algorithm of [{ name: "HMAC", hash: "SHA-256", length: 2 ** 24 }, { name: "RSA-PSS", hash: "SHA-256", modulusLength: 16384, publicExponent: new Uint8Array([1, 0, 1]) }]) {
    names.push(await subtle.generateKey(algorithm, false, ["sign"]).catch((error) => error.name));
  }
  return names;
}

export default async () => {
  const key = await subtle.generateKey({ name: "HMAC", hash: "SHA-1" }, true, ["sign"]);
  return {
    uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()),
    random: crypto.getRandomValues(new Uint32Array(8)).some((number) => number !== 0),
    digest: hex(await subtle.digest("SHA-256", bytes("abc"))),
    hmac: await hmac(),
    aes: await aes(),
    ecdsa: await ecdsa(),
    derived: await derived(),
    many: await many(),
    tooLarge: await tooLarge(),
    key: key instanceof CryptoKey && subtle instanceof SubtleCrypto && crypto instanceof Crypto,
  };
};
