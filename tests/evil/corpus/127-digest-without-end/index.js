export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const data = new Uint8Array(1 << 20);
  const secret = await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const aes = await crypto.subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, ["encrypt"]);
  for (;;) {
    crypto.subtle.digest("SHA-512", data).catch(() => {});
    crypto.subtle.sign("HMAC", secret, data).catch(() => {});
    crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), additionalData: data }, aes, data).catch(() => {});
  }
};
