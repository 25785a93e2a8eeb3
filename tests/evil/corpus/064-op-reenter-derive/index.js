export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const again = () => {
    structuredClone({ a: 1 });
    new URL('http://a/b?c').searchParams.append('d', 'e');
    crypto.getRandomValues(new Uint8Array(8));
    crypto.subtle.digest('SHA-1', new Uint8Array(1)).catch(() => {});
    new TextEncoder().encode('x');
    atob('eA==');
    console.log(new Proxy({}, {}));
    return 'again';
  };
  const odd = (known) => new Proxy(known, { get: (target, key) => (again(), target[key]), has: (target, key) => (again(), key in target), ownKeys: (target) => (again(), Reflect.ownKeys(target)) });
  const key = await crypto.subtle.importKey('raw', new Uint8Array(8), 'PBKDF2', false, ['deriveBits', 'deriveKey']);
  await crypto.subtle.deriveKey(odd({ name: 'PBKDF2', hash: odd({ name: 'SHA-1' }), salt: new Uint8Array(8), iterations: 10 }), key, odd({ name: 'AES-GCM', length: 128 }), true, ['encrypt']);
  return 'survived';
};
