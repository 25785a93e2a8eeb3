module.exports = async (ws, clients) => {};
