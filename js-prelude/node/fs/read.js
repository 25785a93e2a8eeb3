// Reading the files of the version: what Node's `fs` does at once. Writing goes to the function's log, or nowhere.
//
// node/fs/index.js makes functions with callbacks and promises of these. The files come from Rust (`runtime/ops/files.rs`); a secret stands at
// the place where another host mounts it (node/fs/secrets.js).
//
// Invariant: at most OPEN_MAX files are open, and a closed descriptor is never given again.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_file_bytes, op_skep_file_kind, op_skep_file_names, op_skep_file_size } = core.ops;
  const { ArrayPrototypeMap, ArrayPrototypePush, MathMax, MathMin, SafeMap, StringPrototypeSplit } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { at, encodingOf, fault } = core.loadExtScript("ext:skep/node/fs/errors.js");
  const { ERROR, INFO, write: log } = core.loadExtScript("ext:skep/node/output.js");
  const { Dirent, FILE, FOLDER, Stats } = core.loadExtScript("ext:skep/node/fs/stats.js");
  const { secretAt } = core.loadExtScript("ext:skep/node/fs/secrets.js");
  const path = internals.nodeBuiltIn("path");

  /** What stands at a path: a file, a folder, or nothing (0). */
  const kindAt = (where) => op_skep_file_kind(where) || (secretAt(where) === undefined ? 0 : FILE);
  const isSecret = (where) => op_skep_file_kind(where) === 0;
  const sizeAt = (where) => (isSecret(where) ? Buffer.byteLength(secretAt(where)) : op_skep_file_size(where));

  // Descriptors of files that are open for reading; 0 to 2 are the standard streams.
  const open = new SafeMap();
  const OPEN_MAX = 1_000;
  let lastDescriptor = 2;

  function openFile(file, flags = "r") {
    const where = at(file);
    if (typeof flags === "number" ? (flags & 3) !== 0 : flags !== "r" && flags !== "rs") throw fault("EROFS", "open", file);
    if (kindAt(where) === 0) throw fault("ENOENT", "open", file);
    if (open.size >= OPEN_MAX) throw fault("EACCES", "open", file);
    open.set(++lastDescriptor, { __proto__: null, where, position: 0 });
    return lastDescriptor;
  }

  function openedAt(descriptor, syscall) {
    const opened = open.get(descriptor);
    if (opened === undefined) throw fault("EBADF", syscall);
    return opened;
  }

  function bytesOf(file, syscall) {
    const where = typeof file === "number" ? openedAt(file, "read").where : at(file);
    const kind = kindAt(where);
    if (kind === 0) throw fault("ENOENT", syscall, file);
    if (kind === FOLDER) throw fault("EISDIR", "read", file);
    if (isSecret(where)) return Buffer.from(secretAt(where));
    const bytes = op_skep_file_bytes(where);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  function readFile(file, options) {
    const buffer = bytesOf(file, "open");
    const encoding = encodingOf(options);
    return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
  }

  function stat(file, options) {
    const where = at(file);
    const kind = kindAt(where);
    if (kind === 0) {
      if (options?.throwIfNoEntry === false) return undefined;
      throw fault("ENOENT", "stat", file);
    }
    return new Stats(kind, kind === FILE ? sizeAt(where) : 0, options?.bigint === true);
  }

  function namesIn(where) {
    const names = op_skep_file_names(where);
    return names === "" ? [] : StringPrototypeSplit(names, "\n");
  }

  function readdir(file, options) {
    const where = at(file);
    const kind = op_skep_file_kind(where);
    if (kind !== FOLDER) throw fault(kind === 0 ? "ENOENT" : "ENOTDIR", "scandir", file);
    let names = namesIn(where);
    if (options?.recursive === true) names = below(where, "");
    if (options?.withFileTypes === true) {
      return ArrayPrototypeMap(names, (name) => new Dirent(path.basename(name), path.join(where, path.dirname(name))));
    }
    return encodingOf(options) === "buffer" ? ArrayPrototypeMap(names, (name) => Buffer.from(name)) : names;
  }

  function below(folder, prefix) {
    const found = [];
    for (const name of namesIn(folder)) {
      ArrayPrototypePush(found, prefix + name);
      const inner = path.join(folder, name);
      if (op_skep_file_kind(inner) === FOLDER) ArrayPrototypePush(found, ...below(inner, `${prefix}${name}/`));
    }
    return found;
  }

  function realpath(file) {
    const where = at(file);
    if (kindAt(where) === 0) throw fault("ENOENT", "realpath", file);
    return where;
  }

  function access(file, mode = 0) {
    if (kindAt(at(file)) === 0) throw fault("ENOENT", "access", file);
    if ((mode & 2) !== 0) throw fault("EROFS", "access", file);
  }

  function read(descriptor, buffer, offset, length, position) {
    if (typeof offset === "object" && offset !== null) ({ offset, length, position } = offset);
    const opened = openedAt(descriptor, "read");
    const bytes = bytesOf(descriptor, "read");
    const start = typeof position === "number" && position >= 0 ? position : opened.position;
    offset ??= 0;
    const count = MathMax(0, MathMin(length ?? buffer.byteLength - offset, buffer.byteLength - offset, bytes.length - start));
    buffer.set(bytes.subarray(start, start + count), offset);
    if (typeof position !== "number" || position < 0) opened.position = start + count;
    return count;
  }

  /** Writes to the log; no other descriptor can be written to. */
  function write(descriptor, data, offset, length) {
    if (descriptor !== 1 && descriptor !== 2) throw fault("EBADF", "write");
    const isText = typeof data === "string";
    const text = isText ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8", offset ?? 0, (offset ?? 0) + (length ?? data.byteLength));
    log(descriptor === 2 ? ERROR : INFO, text);
    return isText ? Buffer.byteLength(text) : length ?? data.byteLength - (offset ?? 0);
  }

  const close = (descriptor) => {
    if (descriptor > 2 && !open.delete(descriptor)) throw fault("EBADF", "close");
  };
  const fstat = (descriptor, options) => descriptor < 3 ? new Stats(0, 0, false) : stat(openedAt(descriptor, "fstat").where, options);
  const readlink = (file) => {
    throw fault(kindAt(at(file)) === 0 ? "ENOENT" : "EINVAL", "readlink", file);
  };

  return { __proto__: null, access, bytesOf, close, fstat, kindAt, openedAt, openFile, read, readdir, readFile, readlink, realpath, stat, write };
})();
