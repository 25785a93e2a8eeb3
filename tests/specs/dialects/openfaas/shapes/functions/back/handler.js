module.exports = (event, context, callback) => {
  switch (event.path) {
    case "/now": return callback(undefined, { status: "done" });
    case "/later": setTimeout(() => context.status(201).succeed("later"), 2); return;
    case "/error": return callback("no good");
    case "/failed": context.status(418); return callback(new Error("no tea"));
    case "/value": return "a value";
    case "/promise": return Promise.resolve("a promise");
  }
  throw new Error("sync");
};
