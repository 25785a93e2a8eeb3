exports.handler = require("@netlify/functions").schedule("@reboot", () => {});
