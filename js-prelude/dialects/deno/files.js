// Deno's functions for files, over the files of the version: a function reads what was released with it, and writes nothing.
//
// members.js gives them to functions. They are made of Node's `fs`, whose errors become Deno's.
//
// Invariant: no file of the machine is reached.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const {
    MathMin, Number, ObjectDefineProperty, ReflectApply, SymbolAsyncIterator, SymbolDispose,
    TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, TypedArrayPrototypeSubarray, Uint8Array,
  } = primordials;
  const { errors, refused } = core.loadExtScript("ext:skep/dialects/deno/errors.js");
  const { ReadableStream } = core.loadExtScript("ext:deno_web/06_streams.js");
  internals.requireNode();
  const fs = internals.nodeBuiltIn("fs");

  const CLASSES = { __proto__: null, ENOENT: "NotFound", EISDIR: "IsADirectory", ENOTDIR: "NotADirectory", EROFS: "NotSupported", EACCES: "Busy", EBADF: "BadResource" };
  const READ_ONLY = "the files of a function are part of its version, and read-only; keep what changes in a database or behind fetch";

  /** Runs `work`, whose error becomes one of Deno's. */
  function translated(work) {
    try {
      return work();
    } catch (error) {
      const name = CLASSES[error?.code];
      if (name === undefined) throw error;
      const hint = name === "NotFound" ? ": a version has the files that its modules import, or all of its folder where the text says Deno.read... or [code] node = true" : "";
      throw new errors[name](`${error.message}${hint}`);
    }
  }

  /** The bytes as an array of their own: what Node gives is a Buffer. */
  function bytesOf(file) {
    const buffer = fs.readFileSync(file);
    const bytes = new Uint8Array(TypedArrayPrototypeGetByteLength(buffer));
    TypedArrayPrototypeSet(bytes, buffer);
    return bytes;
  }

  function infoOf(stats) {
    return {
      isFile: stats.isFile(), isDirectory: stats.isDirectory(), isSymlink: false, size: stats.size,
      mtime: stats.mtime, atime: stats.atime, birthtime: stats.birthtime, ctime: stats.ctime,
      dev: 0, ino: null, mode: null, nlink: null, uid: null, gid: null, rdev: null, blksize: null, blocks: null,
      isBlockDevice: null, isCharDevice: null, isFifo: null, isSocket: null,
    };
  }

  const entryOf = (entry) => ({ name: entry.name, isFile: entry.isFile(), isDirectory: entry.isDirectory(), isSymlink: false });

  function* entriesOf(folder) {
    const entries = translated(() => fs.readdirSync(folder, { withFileTypes: true }));
    for (let i = 0; i < entries.length; i++) yield entryOf(entries[i]);
  }

  const SEEK = { __proto__: null, START: 0, CURRENT: 1, END: 2 };

  /** An open file: its bytes, and where it is read. */
  class FsFile {
    #bytes;
    #info;
    #at = 0;
    #isClosed = false;
    constructor(file) {
      this.#bytes = translated(() => bytesOf(file));
      this.#info = translated(() => infoOf(fs.statSync(file)));
    }
    #open() {
      if (this.#isClosed) throw new errors.BadResource("the file is closed");
      return this.#bytes;
    }
    readSync(target) {
      const bytes = this.#open();
      const left = TypedArrayPrototypeGetByteLength(bytes) - this.#at;
      if (left <= 0) return null;
      const count = MathMin(left, TypedArrayPrototypeGetByteLength(target));
      TypedArrayPrototypeSet(target, TypedArrayPrototypeSubarray(bytes, this.#at, this.#at + count));
      this.#at += count;
      return count;
    }
    async read(target) {
      return this.readSync(target);
    }
    seekSync(offset, whence) {
      const from = whence === SEEK.CURRENT ? this.#at : whence === SEEK.END ? TypedArrayPrototypeGetByteLength(this.#open()) : 0;
      const at = from + Number(offset);
      if (!(at >= 0)) throw new errors.InvalidData("cannot seek to before the file");
      return this.#at = at;
    }
    async seek(offset, whence) {
      return this.seekSync(offset, whence);
    }
    statSync() {
      this.#open();
      return { ...this.#info };
    }
    async stat() {
      return this.statSync();
    }
    get readable() {
      return new ReadableStream({
        pull: (controller) => {
          const chunk = new Uint8Array(65536);
          const count = this.readSync(chunk);
          if (count !== null) return controller.enqueue(TypedArrayPrototypeSubarray(chunk, 0, count));
          this.close();
          controller.close();
        },
        cancel: () => this.close(),
      });
    }
    isTerminal() {
      return false;
    }
    close() {
      this.#isClosed = true;
    }
    [SymbolDispose]() {
      this.close();
    }
  }
  for (const name of ["write", "truncate", "utime", "lock", "unlock", "sync", "syncData"]) {
    FsFile.prototype[name] = refused(`FsFile.${name}`, READ_ONLY, true);
    FsFile.prototype[`${name}Sync`] = refused(`FsFile.${name}Sync`, READ_ONLY);
  }

  function openSync(file, options) {
    if (options?.write || options?.append || options?.create || options?.truncate || options?.createNew) refused("open for writing", READ_ONLY)();
    return new FsFile(file);
  }

  const reading = {
    __proto__: null,
    lstat: (file) => translated(() => infoOf(fs.statSync(file))),
    open: openSync,
    readFile: (file) => translated(() => bytesOf(file)),
    readLink: (file) => translated(() => fs.readlinkSync(file)),
    readTextFile: (file) => translated(() => fs.readFileSync(file, "utf8")),
    realPath: (file) => translated(() => fs.realpathSync(file)),
    stat: (file) => translated(() => infoOf(fs.statSync(file))),
  };
  const members = { __proto__: null, FsFile, SeekMode: { Start: SEEK.START, Current: SEEK.CURRENT, End: SEEK.END, 0: "Start", 1: "Current", 2: "End" } };
  for (const name in reading) {
    const sync = reading[name];
    members[`${name}Sync`] = sync;
    // `signal` of the options ends nothing: the file is here at once.
    members[name] = async (...args) => ReflectApply(sync, undefined, args);
    ObjectDefineProperty(members[name], "name", { __proto__: null, value: name, configurable: true });
  }
  members.readDirSync = entriesOf;
  members.readDir = (folder) => ({
    async *[SymbolAsyncIterator]() {
      yield* entriesOf(folder);
    },
  });
  const WRITING = [
    "chmod", "chown", "copyFile", "link", "makeTempDir", "makeTempFile", "mkdir", "remove", "rename", "symlink", "truncate", "utime", "writeFile",
    "writeTextFile", "create",
  ];
  for (let i = 0; i < WRITING.length; i++) {
    members[WRITING[i]] = refused(WRITING[i], READ_ONLY, true);
    members[`${WRITING[i]}Sync`] = refused(`${WRITING[i]}Sync`, READ_ONLY);
  }
  members.watchFs = refused("watchFs", "the files of a version do not change");
  return members;
})();
