exports.one = async () => 1;
