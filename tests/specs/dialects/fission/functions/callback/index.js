module.exports = function (context, callback) {
  switch (context.request.path) {
    case "/later":
      return void setTimeout(() => callback(200, "later", { "x-own": "1" }), 5);
    case "/twice":
      callback(200, "first");
      return callback(200, "second");
    case "/throws":
      throw new Error("in the callback form");
    case "/no-status":
      return callback(0, "x");
    case "/never":
      return;
  }
  callback(200, { object: true });
};
