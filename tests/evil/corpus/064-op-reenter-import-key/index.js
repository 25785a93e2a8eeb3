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
  await crypto.subtle.importKey('jwk', odd({ kty: 'oct', k: 'eA', alg: 'HS256', ext: true, key_ops: ['sign'] }), odd({ name: 'HMAC', hash: 'SHA-256' }), true, ['sign']);
  return 'survived';
};
