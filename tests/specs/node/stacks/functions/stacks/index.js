const { EventEmitter } = require("events");
const { Readable } = require("stream");

const stackOf = (run) => {
  try {
    return run();
  } catch (error) {
    return error.stack;
  }
};
const asked = (ask) => new Promise((resolve) => ask(resolve));

module.exports = async () => {
  const emitter = new EventEmitter();
  emitter.on("event", function onEvent() {
    throw new Error("of the listener");
  });
  const stacks = [
    stackOf(() => emitter.emit("event")),
    stackOf(() => Buffer.alloc("x")),
    stackOf(() => require("fs").readFileSync("/nowhere")),
    await asked((resolve) => setTimeout(function onTimer() {
      resolve(new Error("of the timer").stack);
    }, 1)),
    await asked((resolve) => process.nextTick(function onTick() {
      resolve(new Error("of the tick").stack);
    })),
    await asked((resolve) => Readable.from(["chunk"]).on("data", function onData() {
      resolve(new Error("of the stream").stack);
    })),
  ];
  Error.prepareStackTrace = (error, frames) => frames.map((frame) => frame.getFileName()).join();
  stacks.push(stackOf(() => emitter.emit("event")));
  Error.prepareStackTrace = undefined;
  return stacks.join("\n");
};
