const hostile = () => Object.defineProperty(new Error("x"), "message", { get() { throw new Error("from a getter"); } });
const errors = {
  error: () => new TypeError("broken"),
  text: () => "only a text",
  nothing: () => null,
  missing: () => undefined,
  object: () => ({ code: 7 }),
  hostile,
  long: () => new Error("x".repeat(100000)),
};
exports.handler = (event, context, callback) => {
  const [, way, kind] = (event.rawPath ?? event.path).split("/");
  const error = errors[kind]();
  if (way === "throw") throw error;
  if (way === "reject") return Promise.reject(error);
  if (way === "fail") return void context.fail(error);
  if (way === "done") return void context.done(error);
  if (way === "stray") { Promise.reject(error); return; }
  if (way === "timer") { setTimeout(() => { throw error; }, 1); return; }
  setTimeout(() => callback(error), 1);
};
