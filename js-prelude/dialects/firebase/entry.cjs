// What ../firebase/bundle.js exports: the package's files for HTTPS, schedules, parameters and logs.
//
// express/build.mjs bundles it; dialects/firebase/module.js makes the host modules of it.

"use strict";

exports.admin = require("firebase-functions/lib/common/app.js");
exports.change = require("firebase-functions/lib/common/change.js");
exports.config = require("firebase-functions/lib/common/config.js");
exports.logger = require("firebase-functions/lib/logger/index.js");
exports.onInit = require("firebase-functions/lib/common/onInit.js").onInit;
exports.params = require("firebase-functions/lib/params/index.js").params_exports;
exports.resetValue = require("firebase-functions/lib/common/options.js").RESET_VALUE;
exports.settings = require("./settings.cjs").settings;
exports.traceContext = require("firebase-functions/lib/common/trace.js").traceContext;
exports.v1Configuration = require("firebase-functions/lib/v1/function-configuration.js");
exports.v1Https = require("firebase-functions/lib/v1/providers/https.js");
exports.v2Https = require("firebase-functions/lib/v2/providers/https.js").https_exports;
exports.v2Options = require("firebase-functions/lib/v2/options.js");
exports.v2Scheduler = require("firebase-functions/lib/v2/providers/scheduler.js").scheduler_exports;
