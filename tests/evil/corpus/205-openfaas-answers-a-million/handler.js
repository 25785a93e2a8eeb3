module.exports = (event, context, callback) => {
  if (event.path.endsWith("/ok")) return context.succeed("ok");
  callback(undefined, "first");
  for (let i = 0; i < 1e6; i++) {
    callback(undefined, i);
    context.fail(i);
    setImmediate(() => context.succeed("later"));
  }
};
