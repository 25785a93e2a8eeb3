const a = require("./a");
exports.seen = `b saw a partly: ${a.early === true && a.seen === undefined}`;
