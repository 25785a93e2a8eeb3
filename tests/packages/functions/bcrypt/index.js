// bcrypt is a native add-on: it is refused when the function is compiled.
const bcrypt = require("bcrypt");

module.exports = () => bcrypt.hash("secret", 4);
