// qs without `stringify`, which nothing here calls and which brings half of the package's dependencies.

"use strict";

module.exports = { formats: require("qs-formats"), parse: require("qs-parse") };
