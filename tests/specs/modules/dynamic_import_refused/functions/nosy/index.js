const WANTED = [
  "file:///etc/hostname",
  "file:///neighbour/index.js",
  "file:///_hidden/index.js",
  "data:text/javascript,export default 1",
  "https://example.com/x.js",
  "ext:core/mod.js",
  "ext:core/ops",
];

export default async () => {
  const outcomes = WANTED.map(async (specifier) => {
    const outcome = await import(specifier).then(() => "imported", () => "refused");
    return [specifier, outcome];
  });
  return Object.fromEntries(await Promise.all(outcomes));
};
