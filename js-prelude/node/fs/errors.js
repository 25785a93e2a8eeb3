// Errors of Node's `fs`, and the paths that callers name.
//
// The other files of node/fs/ take both from here.
//
// Invariant: an error has Node's number, code and words; advice stands behind them.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { decodeURIComponent, Error, ObjectPrototypeIsPrototypeOf, RegExpPrototypeExec, TypeError } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { URLPrototype } = core.loadExtScript("ext:deno_web/00_url.js");
  const path = internals.nodeBuiltIn("path");

  const FAULTS = {
    __proto__: null,
    EACCES: [-13, "permission denied"],
    EBADF: [-9, "bad file descriptor"],
    EISDIR: [-21, "illegal operation on a directory"],
    ENOENT: [-2, "no such file or directory"],
    ENOTDIR: [-20, "not a directory"],
    EROFS: [-30, "read-only file system"],
    EINVAL: [-22, "invalid argument"],
  };

  /** Of a package only its code is part of a version, unless the manifest names more. */
  function adviceFor(file) {
    const found = RegExpPrototypeExec(/\/(node_modules\/(?:@[^/]+\/)?[^/]+)\//, file);
    return found === null ? "" : ` (files of packages are part of a version if function.toml names them: [code] files = ["${found[1]}/**"])`;
  }

  function fault(code, syscall, file) {
    const { 0: errno, 1: text } = FAULTS[code];
    const error = new Error(`${code}: ${text}, ${syscall}${file === undefined ? "" : ` '${file}'`}${code === "ENOENT" ? adviceFor(`${file}`) : ""}`);
    error.errno = errno;
    error.code = code;
    error.syscall = syscall;
    if (file !== undefined) error.path = `${file}`;
    return error;
  }

  /** The absolute path of what a caller names: a string, a Buffer or a file URL. */
  function at(file) {
    let name = file;
    if (ObjectPrototypeIsPrototypeOf(URLPrototype, file)) {
      if (file.protocol !== "file:") throw invalid("The URL must be of scheme file", "ERR_INVALID_URL_SCHEME");
      name = decodeURIComponent(file.pathname);
    } else if (Buffer.isBuffer(file)) name = file.toString();
    if (typeof name !== "string") {
      throw invalid('The "path" argument must be of type string or an instance of Buffer or URL', "ERR_INVALID_ARG_TYPE");
    }
    return path.resolve(internals.node.folder, name);
  }

  function invalid(message, code) {
    const error = new TypeError(message);
    error.code = code;
    return error;
  }

  const encodingOf = (options) => typeof options === "string" ? options : options?.encoding;

  return { __proto__: null, at, encodingOf, fault, invalid };
})();
