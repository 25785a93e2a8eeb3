module.exports = `one needs ${require("./helper")}`;
