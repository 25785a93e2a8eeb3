require("./functions.js");
