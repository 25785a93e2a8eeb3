// What deno_core knows of a call site lies in an array without elements of its own.
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const swallow = { configurable: true, set() {}, get() { throw new Error("no element"); } };
  for (const index of ["0", "1", "2"]) Object.defineProperty(Object.prototype, index, swallow);
  let stack = "";
  const attempts = [
    () => new Error("somewhere").stack,
    () => console.log(new Error("on the console")),
    () => structuredClone(new Error("copied")).stack,
    () => {
      Error.prepareStackTrace = (_, sites) => `${sites.at(0).getFileName()}:${sites.at(0).getLineNumber()}:${sites.at(0).getColumnNumber()} ${sites.at(0)}`;
      return new Error("prepared").stack;
    },
  ];
  for (let i = 0; i < attempts.length; i++) {
    try {
      stack += attempts[i]();
    } catch {
      // An error without a stack.
    }
  }
  Error.prepareStackTrace = undefined;
  for (const index of ["0", "1", "2"]) delete Object.prototype[index];
  return `${stack.length > 0}`;
};
