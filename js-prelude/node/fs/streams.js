// `fs.ReadStream` and `fs.WriteStream`: a file of the version as a stream, and the standard output.
//
// node/fs/index.js and node/fs/handles.js make them. `stream` is loaded with the first one.
//
// Invariant: a stream to any other place than the standard output fails with EROFS.

(function () {
  const { core, internals } = __bootstrap;
  const { encodingOf, fault } = core.loadExtScript("ext:skep/node/fs/errors.js");
  const { bytesOf, write } = core.loadExtScript("ext:skep/node/fs/read.js");
  const builtIn = internals.nodeBuiltIn;

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

  return { __proto__: null, createReadStream, createWriteStream, streamClasses };
})();
