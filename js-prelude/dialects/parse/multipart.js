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
    NumberParseInt,
    ObjectDefineProperty,
    RegExpPrototypeExec,
    StringFromCharCode,
    StringPrototypeCharCodeAt,
    StringPrototypeIndexOf,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeToLowerCase,
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

  const LATIN_1 = /^(?:ascii|binary|iso-8859-1|latin1|us-ascii)$/;

  /** The value of `name*=charset'language'value`, from the `=` on. */
  function extendedValue(text) {
    const first = StringPrototypeIndexOf(text, "'");
    const second = first === -1 ? -1 : StringPrototypeIndexOf(text, "'", first + 1);
    if (second === -1) return text;
    const charset = StringPrototypeToLowerCase(StringPrototypeSlice(text, 1, first));
    const value = StringPrototypeSlice(text, second + 1);
    if (charset === "") return value;
    const bytes = new Uint8Array(value.length);
    let length = 0;
    for (let i = 0; i < value.length; i++) {
      const isEncoded = value[i] === "%" && RegExpPrototypeExec(/^[0-9a-f]{2}$/i, StringPrototypeSlice(value, i + 1, i + 3)) !== null;
      bytes[length++] = isEncoded ? NumberParseInt(StringPrototypeSlice(value, i + 1, i + 3), 16) : StringPrototypeCharCodeAt(value, i);
      if (isEncoded) i += 2;
    }
    const used = TypedArrayPrototypeSubarray(bytes, 0, length);
    if (RegExpPrototypeExec(LATIN_1, charset) === null) return core.decode(used);
    let decoded = "";
    for (let i = 0; i < length; i++) decoded += StringFromCharCode(used[i]);
    return decoded;
  }

  /** One parameter of a header, from `from` on, as busboy reads it: blanks count in quotes alone, and what follows a closing quote does not. */
  function parameterAt(header, from) {
    let name = null;
    let text = "";
    let isExtended = false;
    let isQuoted = false;
    let at = from;
    for (; at < header.length; at++) {
      let char = header[at];
      if (isQuoted && char === '"') {
        const end = StringPrototypeIndexOf(header, ";", at);
        at = end === -1 ? header.length : end;
        break;
      }
      if (isQuoted) {
        if (char === "\\" && (header[at + 1] === '"' || header[at + 1] === "\\")) char = header[++at];
      } else if (char === ";") {
        break;
      } else if (char === '"') {
        isQuoted = true;
        continue;
      } else if (char === " " || char === "\t") {
        continue;
      } else if (name === null && from > 0 && (char === "=" || char === "*")) {
        isExtended = char === "*";
        name = StringPrototypeToLowerCase(text);
        text = "";
        continue;
      }
      text += char;
    }
    return { __proto__: null, name, value: isExtended ? extendedValue(text) : text, next: at + 1 };
  }

  /** The parameters of a header by their names, and its first word by `word`; of two of one name the last counts. */
  function parametersOf(header) {
    const found = { __proto__: null };
    let { value: word, next } = parameterAt(header, 0);
    while (next < header.length) {
      const parameter = parameterAt(header, next);
      if (parameter.name !== null) found[parameter.name] = parameter.value;
      next = parameter.next;
    }
    return { __proto__: null, word: StringPrototypeToLowerCase(word), found };
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

  /** The two headers of a part that count, the first of each. A line that begins with a blank goes on with the one before it. */
  function headOf(text) {
    const head = { __proto__: null };
    const lines = StringPrototypeSplit(text, "\r\n");
    let name = "";
    let isFirst = false;
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i];
      if (line === "") continue;
      if (name !== "" && (line[0] === " " || line[0] === "\t")) {
        if (isFirst) head[name] += line;
        continue;
      }
      const colon = StringPrototypeIndexOf(line, ":");
      if (colon < 1) break;
      name = StringPrototypeToLowerCase(StringPrototypeSlice(line, 0, colon));
      isFirst = (name === "content-disposition" || name === "content-type") && head[name] === undefined;
      if (isFirst) head[name] = StringPrototypeSlice(line, colon + 1);
    }
    return head;
  }

  /** A file name without the folders that some browsers send. */
  function baseName(name) {
    const slash = StringPrototypeLastIndexOf(name, "/");
    const backslash = StringPrototypeLastIndexOf(name, "\\");
    const base = StringPrototypeSlice(name, (slash > backslash ? slash : backslash) + 1);
    return base === "." || base === ".." ? "" : base;
  }

  function bufferOf(bytes) {
    internals.requireNode();
    return internals.nodeBuiltIn("buffer").Buffer.from(TypedArrayPrototypeSlice(bytes).buffer);
  }

  function addPart(fields, head, bytes) {
    const { word, found } = parametersOf(head["content-disposition"] ?? "");
    const { name, filename } = found;
    if (word !== "form-data" || name === undefined || name === "__proto__") return;
    const type = parametersOf(head["content-type"] ?? "").word || "text/plain";
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
