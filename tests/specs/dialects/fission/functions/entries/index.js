exports.one = async (context) => ({ status: 200, body: "one" });
exports.two = async (context) => ({ status: 200, body: "two" });
