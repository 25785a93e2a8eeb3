// Cookies of an answer in Azure's model, as its host writes them.
//
// azure/index.js asks for the text of each entry of `cookies`.
//
// Invariant: a value cannot become an attribute: it is encoded.

(function () {
  const { primordials } = __bootstrap;
  const { Date, DatePrototypeToUTCString, StringPrototypeToLowerCase, TypeError, encodeURIComponent, RegExpPrototypeTest } = primordials;

  const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
  const PLAIN = /^[ -:<-~]*$/;

  const SAME_SITES = { __proto__: null, lax: "lax", none: "none", strict: "strict" };

  function attribute(name, value) {
    if (!RegExpPrototypeTest(PLAIN, `${value}`)) throw new TypeError(`the ${name} of a cookie has characters that it cannot have`);
    return `; ${name}=${value}`;
  }

  function cookieText({ name, value, domain, path, expires, secure, httpOnly, sameSite, maxAge }) {
    if (!RegExpPrototypeTest(TOKEN, `${name}`)) throw new TypeError("a cookie needs a name without spaces and separators");
    let text = `${name}=${encodeURIComponent(`${value}`)}`;
    if (expires !== undefined && expires !== null) text += `; expires=${DatePrototypeToUTCString(new Date(expires))}`;
    if (maxAge !== undefined && maxAge !== null) text += attribute("max-age", maxAge);
    if (domain) text += attribute("domain", domain);
    text += attribute("path", path || "/");
    if (secure) text += "; secure";
    const site = SAME_SITES[StringPrototypeToLowerCase(`${sameSite ?? ""}`)];
    if (site !== undefined) text += `; samesite=${site}`;
    return httpOnly ? `${text}; httponly` : text;
  }

  return { __proto__: null, cookieText };
})();
