exports.b = async () => null;
