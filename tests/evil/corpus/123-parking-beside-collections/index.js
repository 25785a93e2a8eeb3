const PROGRAMS = [
  () => {
    let count = 0;
    for (const key in new Uint8Array(2 ** 25)) count += key.length;
    return count;
  },
  () => Object.entries(new Uint8Array(2 ** 25)).length,
  () => Object.keys({ ...new Uint8Array(2 ** 25) }).length,
  () => JSON.stringify(new Uint8Array(2 ** 25)).length,
  () => new Uint8Array(2 ** 25).forEach(new Intl.DateTimeFormat("zh-u-ca-chinese", { dateStyle: "full" }).format),
];

export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const copy = Number(/-(\d)\/index\.js$/.exec(import.meta.url)[1]);
  return String(PROGRAMS[copy]());
};
