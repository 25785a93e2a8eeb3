module.exports.foo = require("./other").foo;
