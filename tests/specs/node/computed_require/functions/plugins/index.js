#!/usr/bin/env node
const fs = require("fs");
const path = require("path");

const plugin = (name) => require(path.join(__dirname, "plugins", name));
const code = (load) => {
  try {
    return load();
  } catch (error) {
    return error.code;
  }
};

module.exports = () => ({
  one: plugin("one"),
  two: plugin("two.js").file,
  module: plugin("module.mjs").value,
  data: plugin("data.json"),
  inPackage: require(path.join(__dirname, "node_modules/x/data/code.js")),
  text: fs.readFileSync(path.join(__dirname, "node_modules/x/data/deep.txt"), "utf8"),
  hidden: code(() => require(path.join(__dirname, "node_modules/x/other.js"))),
  broken: code(() => plugin("broken")),
  itself: fs.readFileSync(__filename, "utf8").split("\n")[0],
});
