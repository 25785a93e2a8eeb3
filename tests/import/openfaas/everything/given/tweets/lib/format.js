exports.format = String
