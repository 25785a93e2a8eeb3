// jose: signatures and encryption by Web Crypto, keys as JWK, errors.
import { EncryptJWT, SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, jwtDecrypt, jwtVerify } from "jose";

export default async () => {
  const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
  const token = await new SignJWT({ a: 1 }).setProtectedHeader({ alg: "HS256" }).setIssuer("me").sign(secret);
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const signed = await new SignJWT({ b: 2 }).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  const encrypted = await new EncryptJWT({ c: 3 }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(secret);
  const again = await importJWK(await exportJWK(publicKey), "ES256");
  return {
    token,
    payload: (await jwtVerify(token, secret, { issuer: "me" })).payload,
    curve: (await jwtVerify(signed, again)).payload,
    encrypted: (await jwtDecrypt(encrypted, secret)).payload,
    forged: await jwtVerify(`${token}x`, secret).catch(({ code }) => code),
    thumbprint: await calculateJwkThumbprint({ kty: "oct", k: "AAAA" }),
  };
};
