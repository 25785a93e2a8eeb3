// sharp is a native add-on: it is refused when the function is compiled.
const sharp = require("sharp");

module.exports = () => sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } }).png().toBuffer();
