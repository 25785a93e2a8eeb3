// `ctx.cookies`: the cookies of a request, and those that its answer sets.
//
// context.js loads it when a handler asks for them; respond.js adds what is set to the answer.
//
// Invariant: no name, value or attribute of a cookie can end its header or begin another one.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_header } = core.ops;
  const {
    ArrayIsArray, Date, DatePrototypeToUTCString, JSONStringify, Number, NumberIsInteger, NumberIsNaN, ObjectFreeze, RegExpPrototypeTest, String,
    StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit, StringPrototypeToLowerCase, StringPrototypeTrim, TypeError,
  } = primordials;

  // RFC 6265, 4.1.1: a name is a token; a value and the attributes have no controls, no semicolon, and the value neither blanks nor commas.
  const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
  const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$|^"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*"$/;
  const ATTRIBUTE = /^[\x20-\x3a\x3c-\x7e]*$/;
  const SAME_SITE = { __proto__: null, strict: "Strict", lax: "Lax", none: "None" };

  const invalid = (what, value) => new TypeError(`the ${what} of a cookie cannot be ${JSONStringify(value)}`);

  function attribute(name, value) {
    const text = String(value);
    if (!RegExpPrototypeTest(ATTRIBUTE, text)) throw invalid(name, text);
    return `; ${name}=${text}`;
  }

  function expires(value) {
    const date = new Date(value);
    if (NumberIsNaN(Number(date))) throw invalid("expires", `${value}`);
    return `; Expires=${DatePrototypeToUTCString(date)}`;
  }

  function maxAge(value) {
    if (!NumberIsInteger(value) || value < 0) throw invalid("maxAge", `${value}`);
    return `; Max-Age=${value}`;
  }

  /** The value of `set-cookie` for a cookie. */
  function written(cookie) {
    const name = String(cookie.name);
    const value = String(cookie.value ?? "");
    if (!RegExpPrototypeTest(NAME, name)) throw invalid("name", name);
    if (!RegExpPrototypeTest(VALUE, value)) throw invalid("value", value);
    let text = `${name}=${value}`;
    if (cookie.secure) text += "; Secure";
    if (cookie.httpOnly) text += "; HttpOnly";
    if (cookie.partitioned) text += "; Partitioned";
    if (cookie.maxAge !== undefined && cookie.maxAge !== null) text += maxAge(cookie.maxAge);
    if (cookie.domain) text += attribute("Domain", cookie.domain);
    if (cookie.sameSite) {
      const known = SAME_SITE[StringPrototypeToLowerCase(String(cookie.sameSite))];
      if (known === undefined) throw invalid("sameSite", `${cookie.sameSite}`);
      text += `; SameSite=${known}`;
    }
    if (cookie.path) text += attribute("Path", cookie.path);
    if (cookie.expires !== undefined && cookie.expires !== null) text += expires(cookie.expires);
    const { unparsed } = cookie;
    for (let i = 0; ArrayIsArray(unparsed) && i < unparsed.length; i++) {
      if (!RegExpPrototypeTest(ATTRIBUTE, String(unparsed[i]))) throw invalid("unparsed", `${unparsed[i]}`);
      text += `; ${unparsed[i]}`;
    }
    return text;
  }

  /** The value of a cookie of the request, as it was sent; undefined without. */
  function sent(call, name) {
    const parts = StringPrototypeSplit(op_skep_header(call.id, "cookie") ?? "", ";");
    for (let i = 0; i < parts.length; i++) {
      const at = StringPrototypeIndexOf(parts[i], "=");
      if (at !== -1 && StringPrototypeTrim(StringPrototypeSlice(parts[i], 0, at)) === name) return StringPrototypeTrim(StringPrototypeSlice(parts[i], at + 1));
    }
    return undefined;
  }

  /** `ctx.cookies` of a call. */
  function cookiesOf(call) {
    return ObjectFreeze({
      get: (name) => sent(call, `${name}`),
      set: (cookie, value) => call.setCookie(written(typeof cookie === "object" && cookie !== null ? cookie : { name: cookie, value })),
      delete: (cookie) => {
        const { name, domain, path } = typeof cookie === "object" && cookie !== null ? cookie : { name: cookie };
        call.setCookie(written({ name, value: "", domain, path, expires: 0 }));
      },
    });
  }

  return { cookiesOf };
})();
