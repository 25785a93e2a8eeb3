module.exports = async (a, b) => b.status(200).succeed(a.path);
