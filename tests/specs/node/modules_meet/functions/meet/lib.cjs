exports.one = 1;
exports.two = 2;
exports.again = require("./again.cjs").again;
