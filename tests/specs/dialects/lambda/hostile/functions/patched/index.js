// What a function does to its built-ins is its own affair: the host does not ask them.
const broken = () => { throw new Error("patched"); };
for (const prototype of [Array.prototype, String.prototype, Map.prototype, Set.prototype, WeakMap.prototype, RegExp.prototype, Date.prototype]) {
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === "constructor" || typeof Object.getOwnPropertyDescriptor(prototype, name).value !== "function") continue;
    try { Object.defineProperty(prototype, name, { value: broken, configurable: true, writable: true }); } catch {}
  }
}
for (const name of ["headers", "statusCode", "body", "a", "why", "status", "then", "toJSON", "version", "text"]) {
  Object.defineProperty(Object.prototype, name, { set: broken, get: () => undefined, configurable: true });
}
Object.keys = Object.defineProperty = Object.entries = Object.assign = JSON.stringify = JSON.parse = Array.isArray = broken;

exports.handler = async (event) => {
  const answer = Object.create(null);
  answer.statusCode = 200;
  answer.body = event.rawPath + event.queryStringParameters.a + event.body;
  return answer;
};
