const far = (extra) => ({ length: 2 ** 53 - 1, ...extra });

export default (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/endless") return Array.prototype.indexOf.call(far(), 1);
  if (pathname === "/proxy") return new Proxy(new Array(2 ** 32 - 1), {}).lastIndexOf(1);
  if (pathname === "/typed") return Array.prototype.fill.call(Object.defineProperty(new Uint8Array(1), "length", { value: 2 ** 53 - 1 }), 0);
  if (pathname === "/spread") return [].concat({ length: 2 ** 53 - 1, [Symbol.isConcatSpreadable]: true }).length;
  if (pathname === "/inner") return [new Array(2 ** 32 - 1)].flat().length;
  return {
    found: Array.prototype.indexOf.call(far({ 7: "x" }), "x"),
    last: Array.prototype.lastIndexOf.call(far({ [2 ** 53 - 9]: "x" }), "x"),
    sort: outcome(() => Array.prototype.sort.call({ length: 2 ** 32 - 1 })),
    toSorted: outcome(() => Array.prototype.toSorted.call({ length: 2 ** 32 - 1 })),
    toReversed: outcome(() => Array.prototype.toReversed.call({ length: 2 ** 32 - 1 })),
    with: outcome(() => Array.prototype.with.call({ length: 2 ** 32 - 1 }, 0, 0)),
    small: Array.prototype.map.call("abc", (letter) => letter + letter),
  };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
