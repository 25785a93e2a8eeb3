const { run, isInstalled } = require("./client.js");
module.exports = async () => ({ isInstalled, ran: await run("x"), same: require("parse") === require("parse/node") });
