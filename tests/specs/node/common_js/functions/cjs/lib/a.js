exports.early = true;
const b = require("./b");
exports.seen = b.seen;
