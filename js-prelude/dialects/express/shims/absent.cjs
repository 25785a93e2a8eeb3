// What of Express is left out, each with a reason at its use: routes, views and static files.

"use strict";

const absent = (what, why) =>
  function () {
    throw new Error(`${what} is not available in this handler: ${why}`);
  };

exports.Router = absent("a route of request.app", "the handler is called for every request; install express for an application with routes");
exports.View = absent("response.render()", "install express and a view engine, and export the application");
exports.files = absent("express.static()", "install express, and export the application");
exports.send = absent("response.sendFile()", "read the file with node:fs and send its content, or install express and export the application");
