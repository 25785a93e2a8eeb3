// `FileHandle` and `Dir`: what `fs.promises.open` and `fs.opendir` return.
//
// node/fs/index.js gives them to functions.
//
// Invariant: a handle reads the file that was opened, and writes nothing.

(function () {
  const { core, primordials } = __bootstrap;
  const { ArrayPrototypeShift, SymbolAsyncDispose, SymbolAsyncIterator } = primordials;
  const { Buffer } = core.loadExtScript("ext:deno_node/internal/buffer.mjs");
  const { at, fault } = core.loadExtScript("ext:skep/node/fs/errors.js");
  const { close, fstat, openedAt, openFile, read, readdir, readFile } = core.loadExtScript("ext:skep/node/fs/read.js");
  const { createReadStream } = core.loadExtScript("ext:skep/node/fs/streams.js");

  class FileHandle {
    constructor(fd) {
      this.fd = fd;
    }
    async close() {
      close(this.fd);
    }
    async read(buffer, offset, length, position) {
      const target = buffer ?? Buffer.alloc(16_384);
      return { bytesRead: read(this.fd, target, offset, length, position), buffer: target };
    }
    async readFile(options) {
      return readFile(this.fd, options);
    }
    async stat(options) {
      return fstat(this.fd, options);
    }
    async write() {
      throw fault("EBADF", "write");
    }
    createReadStream(options) {
      return createReadStream(openedAt(this.fd, "read").where, options);
    }
    async [SymbolAsyncDispose]() {
      await this.close();
    }
  }
  function opendir(file) {
    const entries = readdir(file, { withFileTypes: true });
    return {
      path: at(file),
      async read() {
        return ArrayPrototypeShift(entries) ?? null;
      },
      readSync: () => ArrayPrototypeShift(entries) ?? null,
      async close() {},
      closeSync() {},
      async *[SymbolAsyncIterator]() {
        yield* entries;
      },
    };
  }

  return { __proto__: null, FileHandle, opendir, openHandle: async (file, flags) => new FileHandle(openFile(file, flags)) };
})();
