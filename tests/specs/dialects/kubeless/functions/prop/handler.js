module.exports.foo = function (event, context) {
  console.log(event);
  return { "function-name": context["function-name"], timeout: context.timeout, runtime: context.runtime, memory: context["memory-limit"], keys: Object.keys(context) };
};
