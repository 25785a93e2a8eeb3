module.exports = async (first, second) => second.succeed("named");
