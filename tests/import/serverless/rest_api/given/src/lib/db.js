exports.db = {};
