export default () => {
  const indexOf = Array.prototype.indexOf;
  Object.prototype.get = Object.prototype.set = Array.prototype[0] = "polluted";
  Function.prototype.call = Function.prototype.apply = Reflect.apply = WeakMap.prototype.get = null;
  Array.prototype[Symbol.iterator] = null;
  const looks = [`${indexOf}`, `${Function.prototype.toString}`, `${Proxy}`, `${ArrayBuffer}`, `${WebAssembly.Memory}`, "prototype" in indexOf, indexOf.name, indexOf.length];
  const works = [[1, 2].lastIndexOf(2), [1, [2]].flat().length, Array.from({ length: 2 }, () => 1).join(), [3, 1].concat([2]).toSorted().join(), "abc".split("").length, new Proxy([1], { __proto__: null }).map((x) => x)[0]];
  delete Object.prototype.get;
  delete Object.prototype.set;
  delete Array.prototype[0];
  return { looks, works };
};
