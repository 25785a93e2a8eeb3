// Bodies of the type `multipart/form-data`: texts, and files as `{ filename, contentType, data: Buffer }`.
//
// parse/serve.js passes the bytes after the keys were checked; the members become parameters. Texts of errors are those of busboy, which
// Parse Server uses.
//
// Invariant: each byte is looked at a bounded number of times, and of two parts of one name the last counts.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    Error,
    ObjectDefineProperty,
    RegExpPrototypeExec,
    SafeRegExp,
    StringPrototypeCharCodeAt,
    StringPrototypeIndexOf,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    StringPrototypeToLowerCase,
    StringPrototypeTrim,
    TypedArrayPrototypeGetLength,
    TypedArrayPrototypeIndexOf,
    TypedArrayPrototypeSlice,
    TypedArrayPrototypeSubarray,
    Uint8Array,
  } = primordials;

  const CR = 13;
  const LF = 10;
  const DASH = 45;

  /** Bytes of the head of one part. */
  const HEAD_MAX = 80 << 10;

  const BOUNDARY = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i;

  /** A parameter of a header, quoted or not. */
  function parameter(header, name) {
    const match = RegExpPrototypeExec(new SafeRegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, "i"), header);
    if (match === null) return undefined;
    if (match[1] === undefined) return match[2];
    let text = "";
    for (let i = 0; i < match[1].length; i++) {
      if (match[1][i] === "\\" && (match[1][i + 1] === '"' || match[1][i + 1] === "\\")) i++;
      text += match[1][i];
    }
    return text;
  }

  /** Where `needle` begins in `bytes` from `from` on, or -1. */
  function find(bytes, needle, from) {
    const last = TypedArrayPrototypeGetLength(bytes) - needle.length;
    for (let at = from; at <= last; at++) {
      at = TypedArrayPrototypeIndexOf(bytes, needle[0], at);
      if (at === -1 || at > last) return -1;
      let length = 1;
      while (length < needle.length && bytes[at + length] === needle[length]) length++;
      if (length === needle.length) return at;
    }
    return -1;
  }

  /** The two headers of a part that count. */
  function headOf(text) {
    const head = { __proto__: null, disposition: undefined, type: undefined };
    const lines = StringPrototypeSplit(text, "\r\n");
    for (let i = 0; i < lines.length; i++) {
      const colon = StringPrototypeIndexOf(lines[i], ":");
      const name = StringPrototypeToLowerCase(StringPrototypeSlice(lines[i], 0, colon));
      const value = StringPrototypeTrim(StringPrototypeSlice(lines[i], colon + 1));
      if (name === "content-disposition") head.disposition ??= value;
      else if (name === "content-type") head.type ??= value;
    }
    return head;
  }

  /** A file name without the folders that some browsers send. */
  function baseName(name) {
    const slash = StringPrototypeLastIndexOf(name, "/");
    const backslash = StringPrototypeLastIndexOf(name, "\\");
    return StringPrototypeSlice(name, (slash > backslash ? slash : backslash) + 1);
  }

  function bufferOf(bytes) {
    internals.requireNode();
    return internals.nodeBuiltIn("buffer").Buffer.from(TypedArrayPrototypeSlice(bytes).buffer);
  }

  function addPart(fields, head, bytes) {
    const { disposition } = head;
    if (disposition === undefined || !StringPrototypeStartsWith(StringPrototypeToLowerCase(disposition), "form-data")) return;
    const name = parameter(disposition, "name");
    if (name === undefined || name === "__proto__") return;
    const filename = parameter(disposition, "filename");
    const type = head.type === undefined ? "text/plain" : StringPrototypeToLowerCase(StringPrototypeTrim(StringPrototypeSplit(head.type, ";", 1)[0]));
    const value = filename !== undefined || type === "application/octet-stream"
      ? { filename: filename === undefined ? undefined : baseName(filename), contentType: type, data: bufferOf(bytes) }
      : core.decode(bytes);
    ObjectDefineProperty(fields, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  }

  /** The bytes of `\r\n--boundary`. */
  function delimiterOf(boundary) {
    const text = `\r\n--${boundary}`;
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = StringPrototypeCharCodeAt(text, i);
    return bytes;
  }

  const HEAD_END = [CR, LF, CR, LF];

  /** The fields of the body. Throws an Error that says what is wrong with it. */
  function parseMultipart(contentType, bytes) {
    const match = RegExpPrototypeExec(BOUNDARY, contentType);
    if (match === null) throw new Error("Multipart: Boundary not found");
    const delimiter = delimiterOf(match[1] ?? match[2]);
    const fields = {};
    // The first delimiter may begin the body.
    const first = TypedArrayPrototypeSubarray(delimiter, 2);
    let at = find(bytes, first, 0);
    if (at > 0) at = find(bytes, delimiter, 0);
    while (at !== -1) {
      at += at === 0 && bytes[0] === DASH ? first.length : delimiter.length;
      if (bytes[at] === DASH && bytes[at + 1] === DASH) return fields;
      // A part whose delimiter does not end its line is passed over.
      const isPart = bytes[at] === CR && bytes[at + 1] === LF;
      const headEnd = find(bytes, HEAD_END, at);
      if (headEnd === -1 || headEnd - at > HEAD_MAX) break;
      const body = headEnd + HEAD_END.length;
      const end = find(bytes, delimiter, body - 2);
      if (end === -1) break;
      const head = headOf(core.decode(TypedArrayPrototypeSubarray(bytes, at, headEnd)));
      if (isPart) addPart(fields, head, TypedArrayPrototypeSubarray(bytes, body, end < body ? body : end));
      at = end;
    }
    throw new Error("Unexpected end of multipart data");
  }

  return { __proto__: null, parseMultipart };
})();
