// What bundle.js exports: the requests and responses of Express, the parsers of bodies, cookies, and the answer to an error of a client.
//
// build.mjs bundles it; application.js and bodies.js load the bundle.

"use strict";

exports.bodyParser = require("body-parser");
exports.cookie = require("cookie");
exports.express = require("express/lib/express");
exports.finalhandler = require("finalhandler");
