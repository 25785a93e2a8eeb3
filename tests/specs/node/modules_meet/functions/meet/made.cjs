module.exports = "from createRequire";
