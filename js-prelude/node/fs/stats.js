// What Node's `fs` says about a file: `Stats` and `Dirent`.
//
// node/fs/read.js makes them.
//
// Invariant: all files of a version have one time, and another version has another time: a client that cached a file by time or entity tag
// fetches it again after a release.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_file_kind } = core.ops;
  const { BigInt, Date, MathCeil, ObjectKeys } = primordials;
  const path = internals.nodeBuiltIn("path");

  const FILE = 1;
  const FOLDER = 2;

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
      this.blocks = number(MathCeil(size / 512));
      for (const name of ["atime", "mtime", "ctime", "birthtime"]) {
        this[`${name}Ms`] = number(internals.node.versionTime);
        this[name] = new Date(internals.node.versionTime);
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

  class Dirent extends Stats {
    constructor(name, folder) {
      super(op_skep_file_kind(path.join(folder, name)), 0, false);
      for (const key of ObjectKeys(this)) delete this[key];
      this.name = name;
      this.parentPath = folder;
      this.path = folder;
    }
  }

  return { __proto__: null, Dirent, FILE, FOLDER, Stats };
})();
