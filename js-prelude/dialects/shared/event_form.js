// Names and values of a form or query, nested by their brackets: `a[b]=1&a[c][]=2` is `{ a: { b: "1", c: ["2"] } }`.
//
// openfaas/ reads queries and urlencoded bodies with it, as Express and its body parser do.
//
// Invariant: a text makes no more objects than it has names, none nested deeper than `depthMax`; `__proto__` names nothing.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayPrototypeConcat,
    ArrayPrototypePush,
    ArrayPrototypeSlice,
    ArrayPrototypeSort,
    decodeURIComponent,
    MapPrototypeForEach,
    MapPrototypeGet,
    MapPrototypeGetSize,
    MapPrototypeSet,
    ObjectHasOwn,
    RegExpPrototypeExec,
    SafeMap,
    StringPrototypeIndexOf,
    StringPrototypeReplaceAll,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;
  const { setOwn } = core.loadExtScript("ext:skep/dialects/shared/event_objects.js");

  /** Names in a text; what a form has beyond them is refused, of a query ignored. */
  const NAMES_MAX = 1000;
  const isIndex = /^(?:0|[1-9][0-9]{0,3})$/;

  function decoded(text) {
    const spaced = StringPrototypeReplaceAll(text, "+", " ");
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  }

  /** One name of the text and what is below it. */
  const newNode = () => ({ __proto__: null, values: [], children: new SafeMap(), isList: false, hasNames: false, isValueFirst: false });

  /** The name before its first bracket, then each bracket's content; beyond `depthMax` the rest is one name. */
  function stepsOf(name, depthMax) {
    const first = StringPrototypeIndexOf(name, "[");
    if (first <= 0 || depthMax === 0) return [name];
    const steps = [StringPrototypeSlice(name, 0, first)];
    let at = first;
    while (at < name.length && name[at] === "[") {
      const end = StringPrototypeIndexOf(name, "]", at);
      if (end === -1 || steps.length > depthMax) {
        ArrayPrototypePush(steps, StringPrototypeSlice(name, at));
        break;
      }
      ArrayPrototypePush(steps, StringPrototypeSlice(name, at + 1, end));
      at = end + 1;
    }
    return steps;
  }

  function insert(root, steps, value, listMax) {
    let node = root;
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if (step === "__proto__") return;
      if (i > 0 && step === "" && i === steps.length - 1) {
        node.isList = true;
        break;
      }
      if (i === 0 || RegExpPrototypeExec(isIndex, step) === null || +step > listMax) node.hasNames ||= step !== "" || i === 0;
      let next = MapPrototypeGet(node.children, step);
      if (next === undefined) MapPrototypeSet(node.children, step, next = newNode());
      node = next;
    }
    if (node.values.length === 0) node.isValueFirst = MapPrototypeGetSize(node.children) === 0;
    ArrayPrototypePush(node.values, value);
  }

  /** What a node is to the function. Its depth is bounded by `stepsOf`. */
  function valueOf(node) {
    const { values, children, isList, hasNames, isValueFirst } = node;
    if (MapPrototypeGetSize(children) === 0) return values.length === 1 && !isList ? values[0] : values;
    if (!hasNames) return ArrayPrototypeConcat(listOf(children), values);
    const object = objectOf(children);
    if (values.length === 0) return object;
    // A list that has names too is an object, of the list's indexes as well.
    if (isList) return addValues(object, values);
    return isValueFirst ? ArrayPrototypeConcat(values, object) : ArrayPrototypeConcat([object], values);
  }

  function addValues(object, values) {
    for (let i = 0, at = 0; i < values.length; i++) {
      while (ObjectHasOwn(object, `${at}`)) at++;
      setOwn(object, `${at}`, values[i]);
    }
    return object;
  }

  function objectOf(children) {
    const object = {};
    MapPrototypeForEach(children, (child, name) => setOwn(object, name, valueOf(child)));
    return object;
  }

  /** In the order of the indexes, without the gaps between them. */
  function listOf(children) {
    const entries = [];
    MapPrototypeForEach(children, (child, name) => ArrayPrototypePush(entries, { __proto__: null, at: +name, child }));
    ArrayPrototypeSort(entries, (one, other) => one.at - other.at);
    const list = [];
    for (let i = 0; i < entries.length; i++) ArrayPrototypePush(list, valueOf(entries[i].child));
    return list;
  }

  /** The object of a text, or null if `isStrict` and it has more than NAMES_MAX names. */
  function nestedOf(text, { depthMax, listMax, isStrict }) {
    if (text === "") return {};
    let parts = StringPrototypeSplit(text, "&", NAMES_MAX + 1);
    if (parts.length > NAMES_MAX) {
      if (isStrict) return null;
      parts = ArrayPrototypeSlice(parts, 0, NAMES_MAX);
    }
    const root = newNode();
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      if (part === "") continue;
      const at = StringPrototypeIndexOf(part, "=");
      const name = decoded(at === -1 ? part : StringPrototypeSlice(part, 0, at));
      if (name !== "") insert(root, stepsOf(name, depthMax), at === -1 ? "" : decoded(StringPrototypeSlice(part, at + 1)), listMax);
    }
    return objectOf(root.children);
  }

  return { __proto__: null, nestedOf };
})();
