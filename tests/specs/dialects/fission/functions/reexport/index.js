module.exports = require("./hello");
