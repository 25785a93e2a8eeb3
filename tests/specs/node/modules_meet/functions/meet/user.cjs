exports.fromCommonJs = require("./esm.mjs");
