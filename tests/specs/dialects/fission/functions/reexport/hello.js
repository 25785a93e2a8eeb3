module.exports = async (context) => ({ status: 200, body: "from hello.js" });
