exports.value = require("./circle").value ?? "none";
