// Built-ins are replaced before the event of a call is made, and the answer is given many times.
Object.defineProperty(Object.prototype, "body", { set() { throw new Error("no body"); }, get: () => "theirs", configurable: true });
const { then } = Promise.prototype;
Promise.prototype.then = function (...args) { return Reflect.apply(then, this, args); };
Array.prototype[Symbol.iterator] = function* () { yield "theirs"; };
JSON.stringify = () => "theirs";
String.prototype.split = () => ["theirs"];

module.exports = (event, context, callback) => {
  if (`${event.path}`.endsWith("/ok")) return context.succeed("ok");
  for (let i = 0; i < 1000; i++) {
    callback(undefined, { i });
    context.succeed(`${i}`);
    context.fail(new Error(`${i}`));
  }
  throw new Error("and at last");
};
