const { https, onInit, setGlobalOptions } = require("firebase-functions");
setGlobalOptions({ maxInstances: 10 });
let ready = false;
onInit(() => { ready = true; });
exports.one = https.onRequest((req, res) => res.send("one"));
exports.two = https.onRequest((req, res) => res.send(`two ${ready}`));
