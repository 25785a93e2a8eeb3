// Azure's route templates: `products/{category:alpha}/{id:int?}`, `files/{*rest}`.
//
// azure/index.js makes one of each function's `route`, or of its name, and asks for the parameters of a path.
//
// Invariant: a template that cannot be understood ends the load.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    Number,
    NumberIsNaN,
    RegExp,
    RegExpPrototypeExec,
    RegExpPrototypeSymbolReplace,
    RegExpPrototypeTest,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    TypeError,
    decodeURIComponent,
  } = primordials;

  const INTEGER = /^[+-]?\d+$/;
  const GUID = /^[{(]?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}[)}]?$/i;
  const ALPHA = /^[a-z]*$/i;
  const BOOL = /^(?:true|false)$/i;
  const SPECIAL = /[.*+?^${}()|[\]\\/]/g;
  const PARAMETER = /^(\*{0,2})(\w+)((?::[^=?]+)*)(\?)?(?:=(.*))?$/;
  const WHOLE = /^\{(\*{0,2})([A-Za-z_]\w*)(?::[^=?{}]+)?(\?|=[^{}]*)?\}$/;
  const CONSTRAINT = /^(\w+)(?:\((.*)\))?$/;

  const isNumber = (text) => text !== "" && !NumberIsNaN(Number(text));
  const CHECKS = {
    __proto__: null,
    alpha: () => (text) => RegExpPrototypeTest(ALPHA, text),
    bool: () => (text) => RegExpPrototypeTest(BOOL, text),
    decimal: () => isNumber,
    double: () => isNumber,
    float: () => isNumber,
    guid: () => (text) => RegExpPrototypeTest(GUID, text),
    int: () => (text) => RegExpPrototypeTest(INTEGER, text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31,
    length: (from, to = from) => (text) => text.length >= from && text.length <= to,
    long: () => (text) => RegExpPrototypeTest(INTEGER, text),
    max: (limit) => (text) => RegExpPrototypeTest(INTEGER, text) && Number(text) <= limit,
    maxlength: (limit) => (text) => text.length <= limit,
    min: (limit) => (text) => RegExpPrototypeTest(INTEGER, text) && Number(text) >= limit,
    minlength: (limit) => (text) => text.length >= limit,
    range: (from, to) => (text) => RegExpPrototypeTest(INTEGER, text) && Number(text) >= from && Number(text) <= to,
    required: () => (text) => text !== "",
  };

  function checksOf(text, template) {
    const checks = [];
    const parts = StringPrototypeSplit(text, ":");
    for (let i = 1; i < parts.length; i++) {
      const found = RegExpPrototypeExec(CONSTRAINT, parts[i]);
      const make = found === null ? undefined : CHECKS[found[1]];
      if (make === undefined) throw new TypeError(`the constraint ${parts[i]} in the route ${template} is not supported`);
      const given = found[2] === undefined ? [] : StringPrototypeSplit(found[2], ",");
      ArrayPrototypePush(checks, make(Number(given[0]), given[1] === undefined ? undefined : Number(given[1])));
    }
    return checks;
  }

  const escaped = (text) => RegExpPrototypeSymbolReplace(SPECIAL, text, "\\$&");

  /** The template as a regular expression, its parameters, and how much of it is fixed: the more, the earlier it is asked. */
  function compile(template) {
    const route = { __proto__: null, parameters: [], fixed: 0, pattern: null, segments: [], source: "" };
    let source = "^";
    const segments = StringPrototypeSplit(template, "/");
    for (let i = 0; i < segments.length; i++) {
      source += segmentOf(segments[i], i === 0, route, template);
      ArrayPrototypePush(route.segments, asPattern(segments[i], i === segments.length - 1));
    }
    route.source = `${source}/?$`;
    route.pattern = new RegExp(route.source, "i");
    return route;
  }

  function segmentOf(segment, isFirst, route, template) {
    const slash = isFirst ? "" : "/";
    let source = "";
    let rest = segment;
    while (rest !== "") {
      const from = StringPrototypeIndexOf(rest, "{");
      if (from === -1) {
        route.fixed += rest.length;
        source += escaped(rest);
        break;
      }
      route.fixed += from;
      source += escaped(StringPrototypeSlice(rest, 0, from));
      const to = StringPrototypeIndexOf(rest, "}", from);
      const found = to === -1 ? null : RegExpPrototypeExec(PARAMETER, StringPrototypeSlice(rest, from + 1, to));
      if (found === null) throw new TypeError(`the route ${template} cannot be understood at ${StringPrototypeSlice(rest, from)}`);
      const [, star, name, constraints, optional, initial] = found;
      ArrayPrototypePush(route.parameters, { __proto__: null, name, initial, isRest: star !== "", checks: checksOf(constraints, template) });
      const isWhole = from === 0 && to === rest.length - 1 && source === "";
      if (star !== "") return `(?:${slash}(.*))?`;
      if (isWhole && (optional !== undefined || initial !== undefined)) return `(?:${slash}([^/]+))?`;
      source += "([^/]+?)";
      rest = StringPrototypeSlice(rest, to + 1);
    }
    return slash + source;
  }

  /** The parameters of a path, or null if the route does not fit. */
  function match(route, path) {
    const found = RegExpPrototypeExec(route.pattern, path);
    if (found === null) return null;
    const params = {};
    for (let i = 0; i < route.parameters.length; i++) {
      const { checks, initial, isRest, name } = route.parameters[i];
      const text = found[i + 1] === undefined || found[i + 1] === "" ? initial : decoded(found[i + 1]);
      if (text === undefined) continue;
      for (let at = 0; at < checks.length; at++) if (!isRest && !checks[at](text)) return null;
      params[name] = text;
    }
    return params;
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  /** A segment as URLPattern writes it, for shared/claims.js. */
  function asPattern(segment, isLast) {
    if (StringPrototypeIndexOf(segment, "{") === -1) return segment;
    const found = RegExpPrototypeExec(WHOLE, segment);
    if (found === null) return segment;
    const [, star, name, optional] = found;
    if (star !== "") return "*";
    return optional === undefined ? `:${name}` : isLast ? `:${name}?` : "*";
  }

  const withoutSlash = (route) => (StringPrototypeStartsWith(route, "/") ? StringPrototypeSlice(route, 1) : route);

  return { __proto__: null, compile: (template) => compile(withoutSlash(template)), match };
})();
