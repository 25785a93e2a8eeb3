// `config` of a function of Netlify's second kind: which requests it answers, and the parameters of its path.
//
// netlify/index.js reads it once, when the module has loaded; netlify/fetch_handler.js asks for each call.
//
// Invariant: a path that is no pattern, and a method that is none, end the load with their reason.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayIsArray,
    ArrayPrototypeIncludes,
    ArrayPrototypeMap,
    FunctionPrototypeCall,
    ObjectKeys,
    RegExpPrototypeTest,
    String,
    StringPrototypeToUpperCase,
    TypeError,
  } = primordials;
  const { URLPattern } = core.loadExtScript("ext:deno_web/01_urlpattern.js");
  const { exec } = URLPattern.prototype;

  /** Members that mean something to Netlify's platform alone. */
  const IGNORED = ["memory", "preferStatic", "rateLimit", "region", "vcpu"];

  const METHOD = /^[A-Za-z]+$/;

  const listOf = (value) => value === undefined || value === null ? [] : ArrayIsArray(value) ? value : [value];

  function patternOf(path) {
    if (typeof path !== "string" || path[0] !== "/") throw new TypeError(`config.path ${String(path)} does not begin with /`);
    return new URLPattern({ pathname: path });
  }

  function methodOf(method) {
    if (typeof method !== "string") throw new TypeError("config.method is a text or a list of texts");
    if (!RegExpPrototypeTest(METHOD, method)) throw new TypeError(`config.method ${method} is not a method`);
    return StringPrototypeToUpperCase(method);
  }

  /** What `config` says, read once. `warn` is told what is ignored. */
  function read(config, warn) {
    const given = config !== null && typeof config === "object" ? config : {};
    const paths = listOf(given.path);
    const excluded = listOf(given.excludedPath);
    const names = ObjectKeys(given);
    for (let i = 0; i < names.length; i++) {
      if (ArrayPrototypeIncludes(IGNORED, names[i])) warn(`config.${names[i]} is ignored: it is a setting of Netlify's platform`);
    }
    return {
      __proto__: null,
      paths,
      excluded,
      methods: ArrayPrototypeMap(listOf(given.method), methodOf),
      patterns: ArrayPrototypeMap(paths, patternOf),
      exclusions: ArrayPrototypeMap(excluded, patternOf),
      isBackground: given.background === true,
    };
  }

  /** The groups of the first pattern that a path fits, or null. */
  function match(patterns, path) {
    for (let i = 0; i < patterns.length; i++) {
      const found = FunctionPrototypeCall(exec, patterns[i], { pathname: path });
      if (found !== null) return found.pathname.groups;
    }
    return null;
  }

  return { __proto__: null, match, read };
})();
