export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  for (const member of Object.keys(jwk)) {
    for (let good = 0; good < 4; good++) {
      let reads = 0;
      const odd = { ...jwk };
      Object.defineProperty(odd, member, { get: () => (reads++ < good ? jwk[member] : undefined) });
      await crypto.subtle.importKey("jwk", odd, algorithm, true, ["sign"]).catch(() => {});
    }
  }
  return "survived";
};
