const one = 1;
exports.pattern = /(/;
