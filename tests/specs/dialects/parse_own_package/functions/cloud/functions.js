const Parse = require("parse/node");
Parse.Cloud.define("whose", () => (require("parse") === Parse && Parse.isInstalled !== true ? "Skep's" : "the package's"));
