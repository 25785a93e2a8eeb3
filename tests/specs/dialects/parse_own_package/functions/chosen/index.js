const own = require("parse/node");
Parse.Cloud.define("chosen", () => (own.isInstalled ? "the package's" : "Skep's"));
