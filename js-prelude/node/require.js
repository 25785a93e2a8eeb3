// `require`: CommonJS modules of a version, its JSON and ECMAScript modules, and Node's built-ins.
//
// node/index.js loads it for functions that are for Node. Where a specifier leads was found when the version was compiled
// (`runtime/isolate/common_js.rs`); node/built_ins.js loads the built-ins.
//
// Invariant: a module runs once for each entry of `require.cache`, and one whose code throws leaves no entry.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_import_sync, op_skep_module_find, op_skep_module_function, op_skep_module_kind, op_skep_module_text } = core.ops;
  const {
    ArrayPrototypeMap,
    ArrayPrototypePush,
    decodeURIComponent,
    encodeURIComponent,
    Error,
    FunctionPrototypeCall,
    ObjectAssign,
    ObjectDefineProperty,
    ObjectHasOwn,
    ObjectPrototypeHasOwnProperty,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    ArrayPrototypeJoin,
    SafeMap,
    TypeError,
  } = primordials;
  const { builtIn, builtInModules, isBuiltIn } = core.loadExtScript("ext:skep/node/built_ins.js");

  // As in `runtime/ops/modules.rs`.
  const MODULE = 1;
  const COMMON_JS = 2;
  const JSON = 3;

  const FILE = "file://";
  const NODE = "node:";

  /** The path of a module: that of its url. */
  const pathOf = (url) => decodeURIComponent(StringPrototypeSlice(url, FILE.length));
  const urlOf = (path) => FILE + ArrayPrototypeJoin(ArrayPrototypeMap(StringPrototypeSplit(path, "/"), encodePart), "/");
  const folderOf = (path) => StringPrototypeSlice(path, 0, StringPrototypeLastIndexOf(path, "/")) || "/";

  /** As the urls of modules are encoded: what may stand in a path stays. */
  function encodePart(part) {
    return primordials.StringPrototypeReplace(encodeURIComponent(part), /%(?:21|24|26|27|28|29|2A|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
  }

  /** Path to Module, as `require.cache` shows it: a function may remove entries. */
  const cache = { __proto__: null };

  class Module {
    constructor(id = "", parent = undefined) {
      this.id = id;
      this.path = folderOf(id);
      this.exports = {};
      this.filename = null;
      this.loaded = false;
      this.children = [];
      this.paths = [];
      ObjectDefineProperty(this, "parent", { __proto__: null, value: parent, writable: true, enumerable: false, configurable: true });
    }

    require(id) {
      return load(id, this);
    }

    /** Node's way to compile a text as a module; code from strings is not compiled here. */
    _compile() {
      throw new Error("module._compile() is not available: modules are compiled when a function is released");
    }
  }

  function notFound(id, from, why) {
    const error = new Error(`Cannot find module '${id}'\nRequire stack:\n- ${from}\n${why}`);
    error.code = "MODULE_NOT_FOUND";
    error.requireStack = [from];
    return error;
  }

  /** The url of what `id` means in the module of a path. */
  function find(id, from) {
    if (typeof id !== "string") {
      const error = new TypeError(`The "id" argument must be of type string. Received ${id === null ? "null" : typeof id}`);
      error.code = "ERR_INVALID_ARG_TYPE";
      throw error;
    }
    if (id === "") {
      const error = new TypeError("The argument 'id' must be a non-empty string. Received ''");
      error.code = "ERR_INVALID_ARG_VALUE";
      throw error;
    }
    const url = op_skep_module_find(id, urlOf(from));
    if (url[0] === "!") throw notFound(id, from, StringPrototypeSlice(url, 1));
    return url;
  }

  function load(id, parent) {
    const url = find(id, parent.filename ?? parent.id);
    return StringPrototypeStartsWith(url, NODE) ? builtIn(StringPrototypeSlice(url, NODE.length)) : loadUrl(url, parent);
  }

  function loadUrl(url, parent) {
    const path = pathOf(url);
    const known = cache[path];
    if (known !== undefined) {
      if (parent !== undefined) addChild(parent, known);
      return known.exports;
    }
    const kind = op_skep_module_kind(url);
    if (kind === MODULE) return exportsOf(url);
    const module = new Module(path, parent);
    module.filename = path;
    if (parent === undefined) {
      module.id = ".";
      main ??= module;
    } else {
      addChild(parent, module);
    }
    cache[path] = module;
    let isDone = false;
    try {
      if (kind === JSON) module.exports = internals.parseJson(op_skep_module_text(url));
      else if (kind === COMMON_JS) run(module, url);
      else throw notFound(path, parent?.filename ?? path, "it is not part of this version");
      isDone = true;
    } finally {
      if (!isDone) delete cache[path];
    }
    module.loaded = true;
    return module.exports;
  }

  function addChild(parent, module) {
    const { children } = parent;
    for (let i = 0; i < children.length; i++) {
      if (children[i] === module) return;
    }
    ArrayPrototypePush(children, module);
  }

  let main; // The module that the function begins with, if it is CommonJS.

  function run(module, url) {
    const body = op_skep_module_function(url);
    FunctionPrototypeCall(body, module.exports, module.exports, requireOf(module), module, module.filename, module.path);
  }

  /**
   * What `require` of an ECMAScript module returns, as in Node: its namespace, or the export named "module.exports". With a default export the
   * namespace has `__esModule`, so that compiled code finds the default.
   */
  function exportsOf(url) {
    let namespace;
    try {
      namespace = op_import_sync(url);
    } catch (error) {
      if (error?.name === "Error" && primordials.StringPrototypeIncludes(`${error.message}`, "Top-level await")) {
        const refused = new Error(`require() cannot load ${pathOf(url)}: it, or a module that it imports, uses top-level await. Use import() instead`);
        refused.code = "ERR_REQUIRE_ASYNC_MODULE";
        throw refused;
      }
      throw error;
    }
    return ObjectHasOwn(namespace, "module.exports") ? namespace["module.exports"] : namespace;
  }

  const requires = new SafeMap(); // Path to the `require` of the module.

  function requireOf(module) {
    const from = module.filename ?? module.id;
    function require(id) {
      return load(id, module);
    }
    function resolve(id) {
      const url = find(id, from);
      return StringPrototypeStartsWith(url, NODE) ? id : pathOf(url);
    }
    resolve.paths = (id) => isBuiltIn(id) ? null : module.paths;
    require.resolve = resolve;
    require.main = main;
    require.extensions = extensions;
    require.cache = cache;
    return require;
  }

  /** `module.createRequire`: a `require` for the module of a path or url. */
  function createRequire(from) {
    const text = `${from}`;
    const path = StringPrototypeStartsWith(text, FILE) ? pathOf(text) : text;
    if (path[0] !== "/") {
      const error = new TypeError(`The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received '${text}'`);
      error.code = "ERR_INVALID_ARG_VALUE";
      throw error;
    }
    let require = requires.get(path);
    if (require === undefined) {
      const module = new Module(path);
      module.filename = path;
      require = requireOf(module);
      requires.set(path, require);
    }
    return require;
  }

  /** Code that adds to it, to load other kinds of files, finds what it expects; nothing asks it. */
  const extensions = { __proto__: null, ".js"() {}, ".json"() {}, ".node"() {} };

  ObjectAssign(Module, {
    Module,
    _cache: cache,
    _extensions: extensions,
    _load: (id, parent) => load(id, parent ?? new Module("/")),
    _nodeModulePaths: () => [],
    _pathCache: { __proto__: null },
    _resolveFilename: (id, parent) => {
      const url = find(id, parent?.filename ?? "/");
      return StringPrototypeStartsWith(url, NODE) ? id : pathOf(url);
    },
    builtinModules: builtInModules,
    constants: { __proto__: null },
    createRequire,
    findSourceMap: () => undefined,
    globalPaths: [],
    isBuiltin: isBuiltIn,
    syncBuiltinESMExports() {},
    wrap: (code) => `(function (exports, require, module, __filename, __dirname) { ${code}\n});`,
  });

  /** What generated modules call: the exports of a built-in, or of a CommonJS module. */
  function requireUrl(url) {
    return StringPrototypeStartsWith(url, NODE) ? builtIn(StringPrototypeSlice(url, NODE.length)) : loadUrl(url, undefined);
  }

  return { Module, requireUrl };
})();
