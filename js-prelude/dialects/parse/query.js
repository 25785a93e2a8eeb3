// Queries and forms as parameters: repeated names are lists, and `a[b]=c`, `a[]=b` nest.
//
// parse/body.js passes the text after `?`, or the body of a form; what comes out goes over the parameters of the body.
//
// Invariant: no name reaches a prototype, and the work grows with the text alone.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypePush,
    decodeURIComponent,
    ObjectDefineProperty,
    ObjectHasOwn,
    RegExpPrototypeExec,
    StringPrototypeIndexOf,
    StringPrototypeReplaceAll,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;

  // The limits of qs, which Express uses.
  const PAIRS_MAX = 1_000;
  const DEPTH_MAX = 5;
  const INDEX_MAX = 20;

  const INDEX = /^(?:0|[1-9][0-9]?)$/;

  function decode(text) {
    const spaced = StringPrototypeReplaceAll(text, "+", " ");
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  }

  /** `a[b][c]` is a, b, c. What is deeper than the limit stays one name. */
  function pathOf(name, isNested) {
    const open = isNested ? StringPrototypeIndexOf(name, "[") : -1;
    if (open === -1) return [name];
    const path = open === 0 ? [] : [StringPrototypeSlice(name, 0, open)];
    let at = open;
    while (at < name.length && name[at] === "[" && path.length <= DEPTH_MAX) {
      const close = StringPrototypeIndexOf(name, "]", at);
      if (close === -1) break;
      ArrayPrototypePush(path, StringPrototypeSlice(name, at + 1, close));
      at = close + 1;
    }
    if (at < name.length && name[at] === "[") ArrayPrototypePush(path, StringPrototypeSlice(name, at));
    return path.length === 0 ? [name] : path;
  }

  const put = (target, name, value) => ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

  const own = (target, name) => ObjectHasOwn(target, name) ? target[name] : undefined;

  /** Adds a value at a name, or makes the list of two. */
  function add(target, name, value) {
    const before = own(target, name);
    if (before === undefined) put(target, name, value);
    else if (ArrayIsArray(before)) ArrayPrototypePush(before, value);
    else put(target, name, [before, value]);
  }

  /** Sets `value` at the path below `target`. */
  function addAt(target, path, value) {
    for (let i = 0; i + 1 < path.length; i++) {
      const next = path[i + 1];
      const isList = next === "" || RegExpPrototypeExec(INDEX, next) !== null && +next <= INDEX_MAX;
      if (isList && i + 2 === path.length) {
        const list = own(target, path[i]);
        if (list === undefined) put(target, path[i], [value]);
        else if (ArrayIsArray(list)) ArrayPrototypePush(list, value);
        else if (typeof list === "object") add(list, next, value);
        else put(target, path[i], [list, value]);
        return;
      }
      let inner = own(target, path[i]);
      if (typeof inner !== "object" || ArrayIsArray(inner)) {
        inner = {};
        add(target, path[i], inner);
      }
      target = inner;
    }
    add(target, path[path.length - 1], value);
  }

  /** The members of a query; with `isNested`, brackets in a name make lists and objects. */
  function parseQuery(text, isNested) {
    const members = {};
    if (text === "") return members;
    const pairs = StringPrototypeSplit(text, "&", PAIRS_MAX);
    for (let i = 0; i < pairs.length; i++) {
      if (pairs[i] === "") continue;
      const at = StringPrototypeIndexOf(pairs[i], "=");
      const name = decode(at === -1 ? pairs[i] : StringPrototypeSlice(pairs[i], 0, at));
      const value = at === -1 ? "" : decode(StringPrototypeSlice(pairs[i], at + 1));
      const path = pathOf(name, isNested);
      if (name === "" || isDangerous(path)) continue;
      addAt(members, path, value);
    }
    return members;
  }

  /** A name that would be the prototype where a function copies the members. */
  function isDangerous(path) {
    for (let i = 0; i < path.length; i++) if (path[i] === "__proto__") return true;
    return false;
  }

  return { __proto__: null, parseQuery };
})();
