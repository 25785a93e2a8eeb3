// `context.cookies` of Netlify: those of the request, and those that go out with the answer.
//
// netlify/context.js makes them for each call; netlify/fetch_handler.js adds what was set to the Response.
//
// Invariant: a cookie that is set is one that HTTP can carry: a name, value, path or domain that would end its header throws.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypeJoin,
    ArrayPrototypePush,
    Date,
    DatePrototypeToUTCString,
    NumberIsInteger,
    RegExpPrototypeExec,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    StringPrototypeTrim,
    TypeError,
  } = primordials;
  const { cookiesOf } = core.loadExtScript("ext:skep/dialects/shared/event_headers.js");

  const isName = /^[\w!#$%&'*+\-.^`|~]+$/;
  const isUnfit = /[\x00-\x1f\x7f;,"\\ ]|[^\x00-\x7f]/;
  const isUnfitPart = /[\x00-\x1f\x7f;]|[^\x00-\xff]/;

  /** The value of a cookie of the request; undefined if there is none. */
  function sentCookie(headers, wanted) {
    const cookies = cookiesOf(headers);
    for (let i = 0; i < cookies.length; i++) {
      const at = StringPrototypeIndexOf(cookies[i], "=");
      const name = at === -1 ? "" : StringPrototypeTrim(StringPrototypeSlice(cookies[i], 0, at));
      if (name === wanted) return StringPrototypeTrim(StringPrototypeSlice(cookies[i], at + 1));
    }
    return undefined;
  }

  function fit(member, text) {
    if (RegExpPrototypeExec(isUnfitPart, text) !== null) throw new TypeError(`the cookie's ${member} has characters that no cookie can have`);
    return text;
  }

  /** The value of `set-cookie`. */
  function textOf(cookie) {
    const { name, value, expires, maxAge, sameSite, unparsed } = cookie;
    let { domain, httpOnly, path, secure } = cookie;
    if (RegExpPrototypeExec(isName, `${name}`) === null) throw new TypeError(`"${name}" is not a name of a cookie`);
    if (RegExpPrototypeExec(isUnfit, `${value}`) !== null) throw new TypeError("the cookie's value has characters that no cookie can have");
    if (StringPrototypeStartsWith(name, "__Secure")) secure = true;
    if (StringPrototypeStartsWith(name, "__Host")) {
      path = "/";
      secure = true;
      domain = undefined;
    }
    const parts = [`${name}=${value}`];
    if (secure) ArrayPrototypePush(parts, "Secure");
    if (httpOnly) ArrayPrototypePush(parts, "HttpOnly");
    if (typeof maxAge === "number" && NumberIsInteger(maxAge)) {
      if (maxAge < 0) throw new TypeError("the cookie's maxAge is below 0");
      ArrayPrototypePush(parts, `Max-Age=${maxAge}`);
    }
    if (domain) ArrayPrototypePush(parts, `Domain=${fit("domain", `${domain}`)}`);
    if (sameSite) ArrayPrototypePush(parts, `SameSite=${fit("sameSite", `${sameSite}`)}`);
    if (path) ArrayPrototypePush(parts, `Path=${fit("path", `${path}`)}`);
    if (expires !== undefined && expires !== null) ArrayPrototypePush(parts, `Expires=${DatePrototypeToUTCString(new Date(expires))}`);
    if (ArrayIsArray(unparsed)) ArrayPrototypePush(parts, fit("unparsed", ArrayPrototypeJoin(unparsed, "; ")));
    return ArrayPrototypeJoin(parts, "; ");
  }

  /** `set` gets each value of `set-cookie`. */
  function cookiesFor(headersOf, set) {
    return {
      get: (name) => sentCookie(headersOf(), `${name}`),
      set: (cookie, value = "") => set(textOf(cookie !== null && typeof cookie === "object" ? cookie : { name: cookie, value })),
      delete: (cookie) => {
        const { name, path, domain } = cookie !== null && typeof cookie === "object" ? cookie : { name: cookie };
        set(textOf({ name, value: "", path, domain, expires: new Date(0) }));
      },
    };
  }

  return { __proto__: null, cookiesFor };
})();
