// Node's `fs` over the files of the version: a function reads what was released with it, and writes nothing.
//
// node/built_ins.js gives it to functions. The files are those of the function's own folder (`release/compile/files.rs`), under the paths
// that `__dirname` has.
//
// Invariant: no file of the machine is reached. Writing fails with EROFS; the standard output is the function's log.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { ArrayPrototypePop, ObjectAssign, ObjectDefineProperty, ObjectKeys, PromiseReject, PromiseResolve, ReflectApply } = primordials;
  const constants = core.loadExtScript("ext:skep/node/fs/constants.js");
  const { at, fault, invalid } = core.loadExtScript("ext:skep/node/fs/errors.js");
  const { Dirent, Stats } = core.loadExtScript("ext:skep/node/fs/stats.js");
  const reading = core.loadExtScript("ext:skep/node/fs/read.js");
  const { createReadStream, createWriteStream, streamClasses } = core.loadExtScript("ext:skep/node/fs/streams.js");
  const { opendir, openHandle } = core.loadExtScript("ext:skep/node/fs/handles.js");
  const builtIn = internals.nodeBuiltIn;
  const { access, close, fstat, kindAt, openFile, read, readdir, readFile, readlink, realpath, stat, write } = reading;

  const sync = {
    __proto__: null,
    access,
    close,
    fdatasync() {},
    fstat,
    fsync() {},
    lstat: stat,
    open: openFile,
    read,
    readdir,
    readFile,
    readlink,
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

  ObjectAssign(promises, {
    constants,
    open: openHandle,
    opendir: async (file) => opendir(file),
    watch: () => {
      throw fault("EACCES", "watch");
    },
  });

  const exists = (file) => {
    try {
      return kindAt(at(file)) !== 0;
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
    ObjectDefineProperty(fs, name, { __proto__: null, get: () => streamClasses()[name], enumerable: true, configurable: true });
    ObjectDefineProperty(fs, `File${name}`, { __proto__: null, get: () => streamClasses()[name], enumerable: true, configurable: true });
  }
  return fs;
})();
