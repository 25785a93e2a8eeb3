const Parse = require("parse/node");
module.exports = { isInstalled: Parse.isInstalled === true, run: (name) => Parse.Cloud.run(name) };
