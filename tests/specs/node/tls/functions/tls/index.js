const tls = require("tls");
const { PassThrough } = require("stream");
const refusal = (name, options) => {
  try {
    tls.connect({ socket: new PassThrough(), ...options }).on("error", () => {}).destroy();
    return `${name} taken`;
  } catch (error) {
    return `${name} ${error.code}`;
  }
};
const check = (host, names, subject = {}) => tls.checkServerIdentity(host, { subject, subjectaltname: names });
module.exports = () => [
  `${tls.DEFAULT_MIN_VERSION} ${tls.DEFAULT_MAX_VERSION}`,
  `${tls.rootCertificates.length > 100} ${tls.rootCertificates[0].split("\n")[0]}`,
  `${check("a.b", "DNS:*.b").code} ${check("a.example.com", "DNS:*.example.com")} ${check("::1", "IP Address:0:0:0:0:0:0:0:1")}`,
  check("1.2.3.4", "IP Address:1.2.3.5").message,
  refusal("pfx", { pfx: Buffer.alloc(10) }),
  refusal("crl", { crl: "x" }),
  refusal("key", { cert: tls.rootCertificates[0], key: "garbage" }),
  refusal("cert", { cert: "garbage", key: "garbage" }),
  refusal("minVersion", { minVersion: "TLSv9" }),
  refusal("ciphers", { ciphers: "nope" }),
  refusal("servername", { servername: "127.0.0.1" }),
];
