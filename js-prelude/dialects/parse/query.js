// Queries and forms as parameters: repeated names are lists, and `a[b]=c`, `a[]=b` nest, as qs reads them for Express.
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
    NumberParseInt,
    ObjectDefineProperty,
    ObjectHasOwn,
    ObjectKeys,
    RegExpPrototypeSymbolReplace,
    StringPrototypeIndexOf,
    StringPrototypeReplaceAll,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;

  // The limits of qs.
  const PAIRS_MAX = 1_000;
  const DEPTH_MAX = 5;
  const LIST_MAX = 20;

  const OPEN = /%5B/gi;
  const CLOSE = /%5D/gi;

  function decode(text) {
    const spaced = StringPrototypeReplaceAll(text, "+", " ");
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  }

  const put = (target, name, value) => ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

  /** Puts the values of `more`, which may be a list, behind those of `list`. */
  function append(list, more) {
    if (!ArrayIsArray(more)) ArrayPrototypePush(list, more);
    else for (let i = 0; i < more.length; i++) if (ObjectHasOwn(more, i)) ArrayPrototypePush(list, more[i]);
    return list;
  }

  const combine = (first, second) => append(append([], first), second);

  /** Where the bracket that opens at `open` closes; -1 if it does not. */
  function closeOf(name, open) {
    let level = 0;
    for (let i = open; i < name.length; i++) {
      if (name[i] === "[") level++;
      else if (name[i] === "]" && --level === 0) return i;
    }
    return -1;
  }

  /** `a[b][c]` is `a`, `[b]`, `[c]`. What is deeper than the limit, or not closed, is one more. */
  function segmentsOf(name, isNested) {
    let open = isNested ? StringPrototypeIndexOf(name, "[") : -1;
    if (open === -1) return [name];
    const segments = open === 0 ? [] : [StringPrototypeSlice(name, 0, open)];
    for (let depth = 0; open !== -1; depth++) {
      const close = depth < DEPTH_MAX ? closeOf(name, open) : -1;
      if (close === -1) {
        ArrayPrototypePush(segments, `[${StringPrototypeSlice(name, open)}]`);
        return segments;
      }
      ArrayPrototypePush(segments, StringPrototypeSlice(name, open, close + 1));
      open = StringPrototypeIndexOf(name, "[", close + 1);
    }
    return segments;
  }

  /** The value inside of lists and objects, as the segments say. */
  function nest(segments, value) {
    for (let i = segments.length - 1; i >= 0; i--) {
      const segment = segments[i];
      if (segment === "[]" && (i > 0 || segments.length > 1)) {
        value = combine([], value);
        continue;
      }
      const isBracketed = segment[0] === "[" && segment[segment.length - 1] === "]";
      const name = isBracketed ? StringPrototypeSlice(segment, 1, -1) : segment;
      const index = NumberParseInt(name, 10);
      const isIndex = isBracketed && `${index}` === name && index >= 0 && index < LIST_MAX;
      const outer = isIndex ? [] : {};
      if (name !== "__proto__") put(outer, name, value);
      value = outer;
    }
    return value;
  }

  const isObject = (value) => typeof value === "object";

  /** A list as an object, from its indices. */
  function asObject(list) {
    const object = {};
    for (let i = 0; i < list.length; i++) if (ObjectHasOwn(list, i)) put(object, i, list[i]);
    return object;
  }

  function mergeLists(target, source) {
    for (let i = 0; i < source.length; i++) {
      if (!ObjectHasOwn(source, i)) continue;
      if (!ObjectHasOwn(target, i)) target[i] = source[i];
      else if (isObject(target[i]) && isObject(source[i])) target[i] = merge(target[i], source[i]);
      else ArrayPrototypePush(target, source[i]);
    }
    return target;
  }

  /** A list that begins with `first`; holes stay, since a later part may fill them. */
  function behind(first, list) {
    const whole = [first];
    for (let i = 0; i < list.length; i++) if (ObjectHasOwn(list, i)) whole[i + 1] = list[i];
    return whole;
  }

  /** What two parts of a query say of one name. */
  function merge(target, source) {
    if (source === "") return target;
    if (!isObject(target)) return ArrayIsArray(source) ? behind(target, source) : combine(target, source);
    if (!isObject(source)) {
      if (!ArrayIsArray(target)) return [target, source];
      ArrayPrototypePush(target, source);
      return target;
    }
    if (ArrayIsArray(target) && ArrayIsArray(source)) return mergeLists(target, source);
    const merged = ArrayIsArray(target) ? asObject(target) : target;
    const names = ObjectKeys(source);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      put(merged, name, ObjectHasOwn(merged, name) ? merge(merged[name], source[name]) : source[name]);
    }
    return merged;
  }

  /** Lists without holes; a list that is too long is an object. */
  function compact(value) {
    if (!isObject(value)) return value;
    const names = ObjectKeys(value);
    const compacted = ArrayIsArray(value) && names.length <= LIST_MAX ? [] : {};
    for (let i = 0; i < names.length; i++) {
      if (ArrayIsArray(compacted)) ArrayPrototypePush(compacted, compact(value[names[i]]));
      else put(compacted, names[i], compact(value[names[i]]));
    }
    return compacted;
  }

  /** Names and decoded values, in order; values of one name are a list. */
  function pairsOf(text) {
    const values = { __proto__: null };
    const parts = StringPrototypeSplit(RegExpPrototypeSymbolReplace(CLOSE, RegExpPrototypeSymbolReplace(OPEN, text, "["), "]"), "&", PAIRS_MAX);
    for (let i = 0; i < parts.length; i++) {
      const bracket = StringPrototypeIndexOf(parts[i], "]=");
      const at = bracket === -1 ? StringPrototypeIndexOf(parts[i], "=") : bracket + 1;
      const name = decode(at === -1 ? parts[i] : StringPrototypeSlice(parts[i], 0, at));
      const value = at === -1 ? "" : decode(StringPrototypeSlice(parts[i], at + 1));
      values[name] = values[name] === undefined ? value : combine(values[name], value);
    }
    return values;
  }

  /** The members of a query; with `isNested`, brackets in a name make lists and objects. */
  function parseQuery(text, isNested) {
    let members = {};
    if (text === "") return members;
    const values = pairsOf(text);
    const names = ObjectKeys(values);
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== "") members = merge(members, nest(segmentsOf(names[i], isNested), values[names[i]]));
    }
    return compact(members);
  }

  return { __proto__: null, parseQuery };
})();
