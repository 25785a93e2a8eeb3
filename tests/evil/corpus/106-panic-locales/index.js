export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const endless = Object.defineProperty(() => {}, "length", { value: 2 ** 53 - 1 });
  const uses = [
    () => (1).toLocaleString(endless),
    () => new Date().toLocaleDateString({ length: 2 ** 32 - 1 }),
    () => [1, 2].toLocaleString({ length: 2 ** 32 - 1 }),
    () => new Uint8Array(2).toLocaleString({ length: 2 ** 32 - 1 }),
    () => "a".localeCompare("b", new Proxy([], { get: () => 2 ** 53 - 1, has: () => false })),
    () => "a".toLocaleUpperCase({ length: Infinity }),
    () => Intl.getCanonicalLocales({ length: 2 ** 53 - 1 }),
    ...Object.getOwnPropertyNames(Intl)
      .filter((name) => typeof Intl[name] === "function" && "supportedLocalesOf" in Intl[name])
      .flatMap((name) => [() => new Intl[name](endless, { type: "region" }), () => Intl[name].supportedLocalesOf(endless)]),
  ];
  let refused = 0;
  for (const use of uses) {
    try {
      use();
    } catch {
      refused++;
    }
  }
  return `${refused} of ${uses.length}`;
};
