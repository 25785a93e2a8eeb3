// The answer of an OpenFaaS function: what Express makes of the value, the status and the headers that the template gives it.
//
// openfaas/index.js passes them; status, headers and body go to shared/exchange.js.
//
// Invariant: `answerOf` throws nothing: what cannot be sent has a reason in `why`.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    Array,
    ArrayBufferIsView,
    ArrayIsArray,
    ArrayPrototypeJoin,
    ArrayPrototypeMap,
    ArrayPrototypePush,
    ArrayPrototypeSort,
    JSONStringify,
    NumberIsInteger,
    Object,
    RegExpPrototypeExec,
    String,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    TypedArrayPrototypeGetSymbolToStringTag,
    Uint8Array,
  } = primordials;
  const { describe, firstLine } = internals.errors;
  const { add } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");

  const HTML = "text/html; charset=utf-8";
  const JSON_TYPE = "application/json; charset=utf-8";
  const BYTES = "application/octet-stream";

  const unfit = (why) => ({ __proto__: null, why, status: 0, headers: null, body: null });

  /** Of `status`, a map of headers and a value. */
  function answerOf(status, map, value) {
    try {
      const code = typeof status === "string" ? +status : status;
      const isStatus = NumberIsInteger(code) && code >= 200 && code <= 599;
      if (!isStatus) return unfit(`the status ${StringPrototypeSlice(String(status), 0, 40)} is not one from 200 to 599`);
      const head = headersOf(map);
      if (head.why !== "") return unfit(head.why);
      const { type, body, why } = bodyOf(value, head.type);
      if (why !== "") return unfit(why);
      const isBodiless = code === 204 || code === 304;
      if (type !== "" && !isBodiless) ArrayPrototypePush(head.headers, "content-type", type);
      return { __proto__: null, why: "", status: code, headers: head.headers, body: isBodiless ? null : body };
    } catch (error) {
      return unfit(`cannot send the answer: ${firstLine(describe(error))}`);
    }
  }

  /** The map as a list, without the content type, which depends on the body. */
  function headersOf(map) {
    const headers = [];
    let type = "";
    // As Express: what the map inherits counts too.
    for (const name in map) {
      const value = map[name];
      if (StringPrototypeToLowerCase(name) === "content-type") {
        if (ArrayIsArray(value)) return { __proto__: null, why: "the header Content-Type cannot be a list", headers, type };
        type = String(value);
        continue;
      }
      const why = add(headers, name, ArrayIsArray(value) ? ArrayPrototypeMap(value, (one) => String(one)) : String(value));
      if (why !== "") return { __proto__: null, why, headers, type };
    }
    const unfitType = type === "" ? "" : add([], "content-type", type);
    return { __proto__: null, why: unfitType, headers, type };
  }

  const withBody = (type, body) => ({ __proto__: null, why: "", type, body });

  /** The body and its type; `set` is the type of the map. */
  function bodyOf(value, set) {
    if (value === undefined || value === null) return withBody(set && withKnownCharset(set), null);
    // The template's own test; other objects are Express's to write.
    if (typeof value === "object" && (value.constructor === Array || value.constructor === Object)) value = JSONStringify(value) ?? "";
    if (typeof value === "string") return withBody(set === "" ? HTML : withCharset(set), value);
    if (typeof value === "object" && ArrayBufferIsView(value)) return withBody(set === "" ? BYTES : withKnownCharset(set), bytesOf(value));
    if (typeof value !== "object" && typeof value !== "number" && typeof value !== "boolean") {
      return { __proto__: null, why: `the function answered with a ${typeof value}`, type: "", body: null };
    }
    const text = JSONStringify(value);
    return text === undefined ? withBody(set, null) : withBody(set === "" ? JSON_TYPE : withCharset(set), text);
  }

  function bytesOf(view) {
    if (TypedArrayPrototypeGetSymbolToStringTag(view) === "Uint8Array") return view;
    // A DataView has none of the getters of typed arrays; both have these properties.
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }

  const hasCharset = /;\s*charset\s*=/i;
  const isKnown = /^(?:text\/[^;]*|application\/(?:json|javascript))\s*(?:;|$)/i;

  /** Express adds the charset to types of text that name none. */
  function withKnownCharset(type) {
    return RegExpPrototypeExec(hasCharset, type) === null && RegExpPrototypeExec(isKnown, type) !== null ? `${type}; charset=utf-8` : type;
  }

  /** A text is sent as UTF-8, and its type says so, whatever the function said; parameters stand in the order of their names. */
  function withCharset(type) {
    const parts = StringPrototypeSplit(type, ";");
    const parameters = ["charset=utf-8"];
    for (let i = 1; i < parts.length; i++) {
      const parameter = StringPrototypeTrim(parts[i]);
      const at = StringPrototypeIndexOf(parameter, "=");
      if (at === -1 || StringPrototypeStartsWith(StringPrototypeToLowerCase(parameter), "charset")) continue;
      ArrayPrototypePush(parameters, StringPrototypeToLowerCase(StringPrototypeSlice(parameter, 0, at)) + StringPrototypeSlice(parameter, at));
    }
    ArrayPrototypeSort(parameters);
    return `${StringPrototypeToLowerCase(StringPrototypeTrim(parts[0]))}; ${ArrayPrototypeJoin(parameters, "; ")}`;
  }

  return { __proto__: null, answerOf };
})();
