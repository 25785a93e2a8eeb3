exports.again = 3;
