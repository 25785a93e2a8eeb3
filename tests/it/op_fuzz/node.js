// What a function for Node can reach beside fuzz.js: every built-in module, and objects that stand for something native.
import { builtinModules, createRequire } from "node:module";

const require = createRequire("/fuzz/index.js");
globalThis.nodeModules = Object.fromEntries(builtinModules.map((name) => [name, require(name)]));

const { crypto, http, net, tls, zlib } = globalThis.nodeModules;
const quiet = (emitter) => emitter.on("error", () => {});
const socket = quiet(new net.Socket());
const key = crypto.createSecretKey(Buffer.alloc(32));
globalThis.nodeObjects = {
  cipher: crypto.createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12)),
  ecdh: crypto.createECDH("prime256v1"),
  gunzip: quiet(zlib.createGunzip()),
  gzip: quiet(zlib.createGzip()),
  hash: crypto.createHash("sha256"),
  hmac: crypto.createHmac("sha256", "key"),
  key,
  keys: crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }),
  request: quiet(http.request({ createConnection: () => socket })),
  server: http.createServer(() => {}),
  sign: crypto.createSign("sha256"),
  socket: quiet(net.connect({ host: "127.0.0.1", port: 9 })),
  tls: quiet(tls.connect({ host: "127.0.0.1", port: 9 })),
};

