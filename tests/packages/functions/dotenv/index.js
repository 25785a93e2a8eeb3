// dotenv: a file of the version, and texts.
const dotenv = require("dotenv");

const { parsed } = dotenv.config({ path: `${__dirname}/settings.env`, quiet: true });

module.exports = () => ({ parsed, env: [process.env.FROM_FILE, process.env.QUOTED], text: dotenv.parse("A=1\nB='x y'\n#c\nC=\"l1\\nl2\"") });
