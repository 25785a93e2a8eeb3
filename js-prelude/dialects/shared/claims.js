// The routes that the code of a function claims, as the host's table takes them: `Claim` of function/route/of_code.rs.
//
// netlify/index.js makes them of `config.path`, azure/index.js of `route`; they go to Rust beside the handler, as names of Parse do.
//
// Invariant: the path of a claim covers every path that its pattern fits; where it covers more, `only` is the expression of the pattern.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_urlpattern_parse } = core.ops;
  const {
    ArrayPrototypeMap,
    ArrayPrototypePush,
    RegExpPrototypeTest,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeToLowerCase,
    TypeError,
  } = primordials;

  /** What one version claims, and one path of it, at most: as in Rust. */
  const CLAIMS_MAX = 256;
  const EXCLUDED_MAX = 64;
  const SEGMENTS_MAX = 64;
  const CHARACTERS_MAX = 2_048;

  const PLAIN = /^[A-Za-z0-9\-._~%!$&'(),;=@]+$/;
  const PARAMETER = /^:[A-Za-z_]\w*$/;
  const OPTIONAL = /^:[A-Za-z_]\w*\?$/;
  /** A group, a wildcard or a repetition may reach beyond its segment. */
  const BEYOND = /[{}()\\*+]/;

  /**
   * The paths of the table that cover a path of URLPattern, and whether they cover nothing else. `segments` are those of the path: plain text,
   * `:name`, `:name?` at the end, or anything else of a pattern.
   */
  function coversOf(segments) {
    const last = segments.length - 1;
    let path = "";
    for (let i = 0; i <= last; i++) {
      const segment = segments[i];
      if (segment === "" && last === 0) return { __proto__: null, paths: ["/"], isExact: true };
      if (RegExpPrototypeTest(BEYOND, segment) || segment === "") return { __proto__: null, paths: [`${path}/*`], isExact: false };
      if (RegExpPrototypeTest(OPTIONAL, segment)) {
        if (i < last) return { __proto__: null, paths: [`${path}/*`], isExact: false };
        const paths = [path === "" ? "/" : path, `${path}/${StringPrototypeSlice(segment, 0, -1)}`];
        return { __proto__: null, paths, isExact: path !== "" };
      }
      if (RegExpPrototypeTest(PARAMETER, segment) || (RegExpPrototypeTest(PLAIN, segment) && segment !== "." && segment !== "..")) {
        path += `/${segment}`;
        continue;
      }
      // A part of a segment is written by no pattern of the table.
      return { __proto__: null, paths: [i === last ? `${path}/:_` : `${path}/*`], isExact: false };
    }
    return { __proto__: null, paths: [path], isExact: true };
  }

  function checkSize(path, segments, what) {
    if (path.length <= CHARACTERS_MAX && segments.length <= SEGMENTS_MAX) return;
    throw new TypeError(`${what} is too long: at most ${CHARACTERS_MAX} characters and ${SEGMENTS_MAX} parts are allowed`);
  }

  function checkCount(claims, what) {
    if (claims.length > CLAIMS_MAX) throw new TypeError(`the module claims ${claims.length} ${what}; at most ${CLAIMS_MAX} are allowed`);
    return claims;
  }

  const expressionOf = (path) => op_urlpattern_parse({ __proto__: null, pathname: path }, null, { __proto__: null, ignoreCase: false }).pathname.regexpString;

  /** The claims of paths of URLPattern, for a function with one `config`. */
  function claimsOfPatterns({ excluded, methods, paths }) {
    const claims = [];
    if (excluded.length > EXCLUDED_MAX) throw new TypeError(`config.excludedPath has ${excluded.length} paths; at most ${EXCLUDED_MAX} are allowed`);
    const exclusions = ArrayPrototypeMap(excluded, expressionOf);
    for (let i = 0; i < paths.length; i++) {
      const segments = StringPrototypeSplit(StringPrototypeSlice(paths[i], 1), "/");
      checkSize(paths[i], segments, "config.path");
      const covers = coversOf(segments);
      const only = covers.isExact ? "" : expressionOf(paths[i]);
      for (let at = 0; at < covers.paths.length; at++) {
        ArrayPrototypePush(claims, { __proto__: null, path: covers.paths[at], methods, only, excluded: exclusions });
      }
    }
    return checkCount(claims, "paths");
  }

  /**
   * The claims of Azure's templates: of each its `segments`, written as those of URLPattern, and the `source` of its expression, which begins
   * with `^`. Azure's paths know no case, the table's do: a route is found as it is written and in lower case.
   */
  function claimsOfTemplates(prefix, templates) {
    const claims = [];
    for (let i = 0; i < templates.length; i++) {
      const { methods, segments, source } = templates[i];
      checkSize(source, segments, "a route");
      const covers = coversOf([prefix, ...segments]);
      const only = covers.isExact ? "" : `(?i)^/${prefix}/?${StringPrototypeSlice(source, 1)}`;
      for (let at = 0; at < covers.paths.length; at++) {
        const path = covers.paths[at];
        ArrayPrototypePush(claims, { __proto__: null, path, methods, only, excluded: [] });
        const lower = inLowerCase(path);
        if (lower !== path) ArrayPrototypePush(claims, { __proto__: null, path: lower, methods, only, excluded: [] });
      }
    }
    return checkCount(claims, "routes");
  }

  /** A path of the table with its texts in lower case; the names of parameters stay. */
  function inLowerCase(path) {
    const segments = StringPrototypeSplit(path, "/");
    let lower = "";
    for (let i = 1; i < segments.length; i++) {
      lower += `/${segments[i][0] === ":" ? segments[i] : StringPrototypeToLowerCase(segments[i])}`;
    }
    return lower;
  }

  return { __proto__: null, claimsOfPatterns, claimsOfTemplates };
})();
