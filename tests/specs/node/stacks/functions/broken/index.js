module.exports = require("./pattern");
