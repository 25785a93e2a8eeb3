// The body of a request as Parse Server reads it: JSON whatever the content type says, or a form. And the parameters of a function.
//
// parse/serve.js passes head and bytes; a body that is none becomes the answer that parse/answer.js sends.
//
// Invariant: a parameter never is a prototype, and what was parsed is the function's own.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypePush,
    Date,
    ObjectDefineProperty,
    ObjectHasOwn,
    ObjectKeys,
    RegExpPrototypeExec,
    StringPrototypeSlice,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    SyntaxError,
  } = primordials;
  const { parseQuery } = core.loadExtScript("ext:skep/dialects/parse/query.js");

  const FORM = "application/x-www-form-urlencoded";
  const MULTIPART = "multipart/form-data";
  const FIRST = /[^\x20\x09\x0a\x0d]/;

  /** The content type without its parameters, in lower case. */
  function typeOf(headers) {
    const header = headers["content-type"];
    if (header === undefined) return "";
    const match = RegExpPrototypeExec(/^[^;]*/, header);
    return StringPrototypeToLowerCase(StringPrototypeTrim(match[0]));
  }

  /** JSON must be an object or a list; the parser says where another value begins. */
  function parseStrict(text) {
    const match = RegExpPrototypeExec(FIRST, text);
    if (match === null || match[0] === "{" || match[0] === "[") return internals.parseJson(text);
    throw new SyntaxError(`Unexpected token '${match[0]}', ${around(text, match.index)} is not valid JSON`);
  }

  /** As V8 quotes the text in its message: ten characters on each side, of a text that is longer. */
  function around(text, at) {
    if (text.length <= 20) return `"${text}"`;
    const begin = at < 10 ? 0 : at - 10;
    return `${begin > 0 ? "..." : ""}"${StringPrototypeSlice(text, begin, at + 10)}"${at + 10 < text.length ? "..." : ""}`;
  }

  /** curl says of each body that it is a form: JSON is not taken for one. */
  function parseForm(text) {
    if (RegExpPrototypeExec(/^\s*[{[]/, text) !== null) {
      try {
        return internals.parseJson(text);
      } catch {
        // A form may begin so too.
      }
    }
    return parseQuery(text, false);
  }

  /** The body, or null without one. Throws an error of the parser. A multipart body is read later. */
  function parseBody(headers, bytes) {
    if (bytes.length === 0) return null;
    const type = typeOf(headers);
    if (type === MULTIPART) return null;
    const text = core.decode(bytes);
    return type === FORM ? parseForm(text) : parseStrict(text);
  }

  const isMultipart = (headers) => typeOf(headers) === MULTIPART;

  const put = (target, name, value) => ObjectDefineProperty(target, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

  /** A Date that also has the members which it was made of, as in Parse Server. */
  function dateOf(value) {
    const date = new Date(value.iso);
    const names = ObjectKeys(value);
    for (let i = 0; i < names.length; i++) if (names[i] !== "__proto__") put(date, names[i], value[names[i]]);
    return date;
  }

  /** Values of JSON become those of the SDK: dates, files and pointers; all else stays as it is. */
  function decode(value, sdk) {
    if (value === null || typeof value !== "object") return value;
    if (ArrayIsArray(value)) {
      const list = [];
      for (let i = 0; i < value.length; i++) ArrayPrototypePush(list, decode(value[i], sdk));
      return list;
    }
    const type = ObjectHasOwn(value, "__type") ? value.__type : undefined;
    if (type === "Date") return dateOf(value);
    if (type === "File") return sdk.File.fromJSON(value);
    if (type === "Pointer") {
      return sdk.Object.fromJSON({ __type: "Pointer", className: value.className, objectId: value.objectId });
    }
    return decodeMembers({}, value, sdk);
  }

  function decodeMembers(target, value, sdk) {
    const names = ObjectKeys(value);
    for (let i = 0; i < names.length; i++) if (names[i] !== "__proto__") put(target, names[i], decode(value[names[i]], sdk));
    return target;
  }

  function copyMembers(target, source) {
    const names = ObjectKeys(source);
    for (let i = 0; i < names.length; i++) if (names[i] !== "__proto__") put(target, names[i], source[names[i]]);
  }

  /** The parameters of a call: the body, or the fields of a multipart body as they are, and the query over it. */
  function paramsOf(body, fields, query, sdk) {
    const params = {};
    if (body !== null) copyMembers(params, body);
    if (fields !== null) copyMembers(params, fields);
    if (query !== "") copyMembers(params, parseQuery(query, true));
    const names = ObjectKeys(params);
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const isField = fields !== null && ObjectHasOwn(fields, name) && fields[name] === params[name];
      if (!isField) put(params, name, decode(params[name], sdk));
    }
    return params;
  }

  return { __proto__: null, isMultipart, paramsOf, parseBody };
})();
