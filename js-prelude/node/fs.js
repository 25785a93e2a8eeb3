// Node's `fs` over the files of the version: a function reads what was released with it, and writes nothing.
//
// node/built_ins.js gives it to functions. The files are those of the function's own folder (`release/compile/files.rs`), under the paths
// that `__dirname` has.
//
// Invariant: no file of the machine is reached. Writing fails with EROFS; the standard output is the function's log.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_file_bytes, op_skep_file_kind, op_skep_file_names, op_skep_file_size } = core.ops;
  const {
    ArrayPrototypeMap,
    ArrayPrototypePop,
    BigInt,
    Date,
    decodeURIComponent,
    Error,
    MathMin,
    NumberIsInteger,
    ObjectAssign,
    ObjectKeys,
    ObjectPrototypeIsPrototypeOf,
    Promise,
    PromiseReject,
    PromiseResolve,
    ReflectApply,
    SafeMap,
    String,
    StringPrototypeEndsWith,
    StringPrototypeReplace,
    StringPrototypeSlice,
    StringPrototypeSplit,
    StringPrototypeStartsWith,
    TypeError,
  } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const builtIn = internals.nodeBuiltIn;
  const path = builtIn("path");
  const { URLPrototype } = core.loadExtScript("ext:deno_web/00_url.js");

  const FILE = 1;
  const FOLDER = 2;

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

  function fault(code, syscall, file) {
    const { 0: errno, 1: text } = FAULTS[code];
    const error = new Error(`${code}: ${text}, ${syscall}${file === undefined ? "" : ` '${file}'`}`);
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

  // Descriptors of files that are open for reading; 0 to 2 are the standard streams.
  const open = new SafeMap();
  const OPEN_MAX = 1_000;
  let lastDescriptor = 2;

  function openFile(file, flags = "r") {
    const where = at(file);
    if (typeof flags === "number" ? (flags & 3) !== 0 : flags !== "r" && flags !== "rs") throw fault("EROFS", "open", file);
    if (op_skep_file_kind(where) === 0) throw fault("ENOENT", "open", file);
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
    const kind = op_skep_file_kind(where);
    if (kind === 0) throw fault("ENOENT", syscall, file);
    if (kind === FOLDER) throw fault("EISDIR", "read", file);
    const bytes = op_skep_file_bytes(where);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  function readFile(file, options) {
    const buffer = bytesOf(file, "open");
    const encoding = encodingOf(options);
    return encoding === undefined || encoding === null || encoding === "buffer" ? buffer : buffer.toString(encoding);
  }

  class Stats {
    #kind;
    constructor(kind, size, isBig) {
      this.#kind = kind;
      const number = (value) => isBig ? BigInt(value) : value;
      this.dev = number(0);
      this.ino = number(0);
      this.mode = number(kind === FOLDER ? 0o40555 : 0o100444);
      this.nlink = number(1);
      this.uid = number(0);
      this.gid = number(0);
      this.rdev = number(0);
      this.size = number(size);
      this.blksize = number(4096);
      this.blocks = number(Math.ceil(size / 512));
      for (const name of ["atime", "mtime", "ctime", "birthtime"]) {
        this[`${name}Ms`] = number(0);
        this[name] = new Date(0);
      }
    }
    isFile() {
      return this.#kind === FILE;
    }
    isDirectory() {
      return this.#kind === FOLDER;
    }
    isSymbolicLink() {
      return false;
    }
    isFIFO() {
      return false;
    }
    isSocket() {
      return false;
    }
    isBlockDevice() {
      return false;
    }
    isCharacterDevice() {
      return false;
    }
  }

  function stat(file, options) {
    const where = at(file);
    const kind = op_skep_file_kind(where);
    if (kind === 0) {
      if (options?.throwIfNoEntry === false) return undefined;
      throw fault("ENOENT", "stat", file);
    }
    return new Stats(kind, kind === FILE ? op_skep_file_size(where) : 0, options?.bigint === true);
  }

  class Dirent extends Stats {
    constructor(name, folder) {
      super(op_skep_file_kind(path.join(folder, name)), 0, false);
      for (const key of ObjectKeys(this)) delete this[key];
      this.name = name;
      this.parentPath = folder;
      this.path = folder;
    }
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
      found.push(prefix + name);
      const inner = path.join(folder, name);
      if (op_skep_file_kind(inner) === FOLDER) found.push(...below(inner, `${prefix}${name}/`));
    }
    return found;
  }

  function realpath(file) {
    const where = at(file);
    if (op_skep_file_kind(where) === 0) throw fault("ENOENT", "realpath", file);
    return where;
  }

  function access(file, mode = 0) {
    if (op_skep_file_kind(at(file)) === 0) throw fault("ENOENT", "access", file);
    if ((mode & 2) !== 0) throw fault("EROFS", "access", file);
  }

  function read(descriptor, buffer, offset, length, position) {
    if (typeof offset === "object" && offset !== null) ({ offset, length, position } = offset);
    const opened = openedAt(descriptor, "read");
    const bytes = bytesOf(descriptor, "read");
    const start = typeof position === "number" && position >= 0 ? position : opened.position;
    offset ??= 0;
    const count = Math.max(0, MathMin(length ?? buffer.byteLength - offset, buffer.byteLength - offset, bytes.length - start));
    buffer.set(bytes.subarray(start, start + count), offset);
    if (typeof position !== "number" || position < 0) opened.position = start + count;
    return count;
  }

  /** Writes to the log; no other descriptor can be written to. */
  function write(descriptor, data, offset, length) {
    if (descriptor !== 1 && descriptor !== 2) throw fault(open.has(descriptor) ? "EBADF" : "EBADF", "write");
    builtIn("process"); // It logs.
    const isText = typeof data === "string";
    const text = isText ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8", offset ?? 0, (offset ?? 0) + (length ?? data.byteLength));
    internals.node.writeOutput(descriptor, text);
    return isText ? Buffer.byteLength(text) : length ?? data.byteLength - (offset ?? 0);
  }

  const sync = {
    __proto__: null,
    access,
    close(descriptor) {
      if (descriptor > 2 && !open.delete(descriptor)) throw fault("EBADF", "close");
    },
    fstat: (descriptor, options) => descriptor < 3 ? new Stats(0, 0, false) : stat(openedAt(descriptor, "fstat").where, options),
    fsync() {},
    fdatasync() {},
    lstat: stat,
    open: openFile,
    read,
    readFile,
    readdir,
    readlink: (file) => {
      throw fault(op_skep_file_kind(at(file)) === 0 ? "ENOENT" : "EINVAL", "readlink", file);
    },
    realpath,
    stat,
    write,
  };
  const WRITING = [
    "appendFile", "chmod", "chown", "copyFile", "cp", "fchmod", "fchown", "ftruncate", "futimes", "lchmod", "lchown", "link", "lutimes", "mkdir",
    "mkdtemp", "rename", "rm", "rmdir", "symlink", "truncate", "unlink", "utimes", "writeFile", "writev",
  ];
  for (const name of WRITING) {
    sync[name] = (file, data) => {
      // `fs.writeFileSync(1, text)` and `/dev/stdout` are ways to print.
      const descriptor = file === "/dev/stdout" ? 1 : file === "/dev/stderr" ? 2 : file;
      if ((name === "writeFile" || name === "appendFile") && (descriptor === 1 || descriptor === 2)) return void write(descriptor, data);
      throw fault("EROFS", name === "writeFile" || name === "appendFile" ? "open" : name, typeof file === "number" ? undefined : file);
    };
  }

  const fs = {};
  const promises = {};
  for (const name of ObjectKeys(sync)) {
    const work = sync[name];
    fs[`${name}Sync`] = work;
    fs[name] = function (...args) {
      const done = ArrayPrototypePop(args);
      if (typeof done !== "function") throw invalid('The "cb" argument must be of type function', "ERR_INVALID_ARG_TYPE");
      const { nextTick } = builtIn("process");
      let result;
      try {
        result = ReflectApply(work, undefined, args);
      } catch (error) {
        if (error.code === "ERR_INVALID_ARG_TYPE") throw error;
        return void nextTick(done, error);
      }
      if (name === "read" || name === "write") return void nextTick(done, null, result, args[1]);
      nextTick(done, null, result);
    };
    promises[name] = (...args) => {
      try {
        return PromiseResolve(ReflectApply(work, undefined, args));
      } catch (error) {
        return PromiseReject(error);
      }
    };
  }
  for (const name of ["close", "fstat", "fsync", "fdatasync", "read", "write", "writev", "fchmod", "fchown", "ftruncate", "futimes"]) delete promises[name];

  class FileHandle {
    constructor(fd) {
      this.fd = fd;
    }
    async close() {
      sync.close(this.fd);
    }
    async read(buffer, offset, length, position) {
      const target = buffer ?? Buffer.alloc(16_384);
      return { bytesRead: read(this.fd, target, offset, length, position), buffer: target };
    }
    async readFile(options) {
      return readFile(this.fd, options);
    }
    async stat(options) {
      return sync.fstat(this.fd, options);
    }
    async write() {
      throw fault("EBADF", "write");
    }
    createReadStream(options) {
      return createReadStream(openedAt(this.fd, "read").where, options);
    }
    async [Symbol.asyncDispose]() {
      await this.close();
    }
  }
  promises.open = async (file, flags) => new FileHandle(openFile(file, flags));
  promises.opendir = async (file) => opendir(file);
  promises.watch = () => {
    throw fault("EACCES", "watch");
  };

  function opendir(file) {
    const entries = readdir(file, { withFileTypes: true });
    return {
      path: at(file),
      async read() {
        return entries.shift() ?? null;
      },
      readSync: () => entries.shift() ?? null,
      async close() {},
      closeSync() {},
      async *[Symbol.asyncIterator]() {
        yield* entries;
      },
    };
  }

  let streams = null; // ReadStream and WriteStream, once one is needed.
  function streamClasses() {
    if (streams !== null) return streams;
    const { Readable, Writable } = builtIn("stream");
    class ReadStream extends Readable {
      constructor(file, options) {
        super({ encoding: encodingOf(options), highWaterMark: options?.highWaterMark ?? 65_536, emitClose: options?.emitClose });
        this.path = file;
        this.fd = typeof options?.fd === "number" ? options.fd : null;
        this.flags = options?.flags ?? "r";
        this.bytesRead = 0;
        this.start = options?.start ?? 0;
        this.end = options?.end ?? Infinity;
        this.pending = true;
      }
      _construct(done) {
        try {
          this.#bytes = bytesOf(this.fd ?? this.path, "open").subarray(this.start, this.end + 1);
        } catch (error) {
          return done(error);
        }
        this.pending = false;
        this.fd ??= 3;
        done();
        this.emit("open", this.fd);
        this.emit("ready");
      }
      #bytes = null;
      _read(size) {
        const chunk = this.#bytes.subarray(this.bytesRead, this.bytesRead + size);
        this.bytesRead += chunk.length;
        this.push(chunk.length === 0 ? null : chunk);
      }
      close(done) {
        if (done !== undefined) this.once("close", done);
        this.destroy();
      }
    }
    class WriteStream extends Writable {
      constructor(file, options) {
        super(options);
        this.path = file;
        this.fd = typeof options?.fd === "number" ? options.fd : null;
        this.bytesWritten = 0;
      }
      _construct(done) {
        done(this.fd === 1 || this.fd === 2 ? null : fault("EROFS", "open", this.path));
      }
      _write(chunk, _encoding, done) {
        this.bytesWritten += write(this.fd, chunk);
        done();
      }
      close(done) {
        if (done !== undefined) this.once("close", done);
        this.end();
      }
    }
    return streams = { __proto__: null, ReadStream, WriteStream };
  }

  function createReadStream(file, options) {
    const { ReadStream } = streamClasses();
    return new ReadStream(file, typeof options === "string" ? { encoding: options } : options);
  }

  function createWriteStream(file, options) {
    const { WriteStream } = streamClasses();
    return new WriteStream(file, typeof options === "string" ? { encoding: options } : options);
  }

  const constants = core.loadExtScript("ext:skep/node/fs_constants.js");
  promises.constants = constants;

  const exists = (file) => {
    try {
      return op_skep_file_kind(at(file)) !== 0;
    } catch {
      return false;
    }
  };
  function existsWithCallback(file, done) {
    builtIn("process").nextTick(done, exists(file));
  }
  existsWithCallback[builtIn("util").promisify.custom] = async (file) => exists(file);
  fs.realpath.native = fs.realpath;
  fs.realpathSync.native = fs.realpathSync;
  const watching = (name) => () => {
    throw fault("EACCES", name);
  };
  ObjectAssign(fs, {
    constants,
    createReadStream,
    createWriteStream,
    Dirent,
    exists: existsWithCallback,
    existsSync: exists,
    F_OK: 0,
    opendir: (file, options, done = options) => builtIn("process").nextTick(() => {
      let opened;
      try {
        opened = opendir(file);
      } catch (error) {
        return done(error);
      }
      done(null, opened);
    }),
    opendirSync: opendir,
    promises,
    R_OK: 4,
    Stats,
    unwatchFile() {},
    W_OK: 2,
    watch: watching("watch"),
    watchFile() {}, // The files of a version never change.
    X_OK: 1,
  });
  for (const name of ["ReadStream", "WriteStream"]) {
    primordials.ObjectDefineProperty(fs, name, { __proto__: null, get: () => streamClasses()[name], enumerable: true, configurable: true });
    primordials.ObjectDefineProperty(fs, `File${name}`, { __proto__: null, get: () => streamClasses()[name], enumerable: true, configurable: true });
  }
  return fs;
})();
