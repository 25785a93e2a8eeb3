// The standard output and error of a Node function: the lines go to its log.
//
// node/process.js has both as streams; node/fs/read.js writes to their descriptors.
//
// Invariant: a line is logged whole; the rest of one waits until the end of the turn at most.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_log } = core.ops;
  const { queueMicrotask, StringPrototypeIndexOf, StringPrototypeSlice } = primordials;

  const INFO = 1;
  const WARN = 2;
  const ERROR = 3;

  /** A writable stream whose lines go to the function's log. */
  function output(fd, level) {
    const { Writable } = internals.nodeBuiltIn("stream");
    const stream = new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        write(level, typeof chunk === "string" ? chunk : chunk.toString());
        done();
      },
    });
    stream.fd = fd;
    stream._type = "fs";
    stream.isTTY = undefined;
    stream.destroySoon = stream.destroy;
    return stream;
  }

  const rests = { __proto__: null, [INFO]: "", [WARN]: "", [ERROR]: "" };

  /** Logs whole lines; the rest of a line waits for its end, or for the end of the turn. */
  function write(level, text) {
    const hadRest = rests[level] !== "";
    let waiting = rests[level] + text;
    for (let end = StringPrototypeIndexOf(waiting, "\n"); end !== -1; end = StringPrototypeIndexOf(waiting, "\n")) {
      log(level, StringPrototypeSlice(waiting, 0, end));
      waiting = StringPrototypeSlice(waiting, end + 1);
    }
    rests[level] = waiting;
    if (waiting !== "" && !hadRest) {
      queueMicrotask(() => {
        if (rests[level] === "") return;
        log(level, rests[level]);
        rests[level] = "";
      });
    }
  }

  const log = (level, line) => op_skep_log(core.getAsyncContext()?.id ?? 0, level, `${line}\n`);

  return { __proto__: null, ERROR, INFO, output, WARN, write };
})();
