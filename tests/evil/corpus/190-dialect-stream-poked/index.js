// The stream of a Lambda answer, called where nobody should call it, and ended in every way at once.
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.rawPath.endsWith("/ok")) {
    stream.end("ok");
    return;
  }
  const odd = [undefined, null, 1, "x", {}, [], Symbol(), () => {}, new Uint8Array(9), { length: 1e9 }, new Proxy({}, {})];
  for (let object = stream; object !== null; object = Object.getPrototypeOf(object)) {
    for (const key of Reflect.ownKeys(object)) {
      if (key === "constructor" || key === "destroy" || key === "end") continue;
      for (const value of odd) {
        try {
          Reflect.apply(stream[key], stream, [value, value, () => {}]);
        } catch {
          // Refused.
        }
      }
    }
  }
  stream.write("a");
  stream.end("b");
  stream.end("c");
  stream.destroy(new Error("late"));
});
