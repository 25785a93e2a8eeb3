// bcryptjs: hashes with a given salt, comparisons, both ways of calling.
const bcrypt = require("bcryptjs");

module.exports = async () => {
  const salt = "$2b$04$abcdefghijklmnopqrstuu";
  const hash = await bcrypt.hash("secret", salt);
  return { hash, same: bcrypt.hashSync("secret", salt) === hash, right: await bcrypt.compare("secret", hash), wrong: bcrypt.compareSync("x", hash), rounds: bcrypt.getRounds(hash), random: (await bcrypt.genSalt(5)).slice(0, 7) };
};
