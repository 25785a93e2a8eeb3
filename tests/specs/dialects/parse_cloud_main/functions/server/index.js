const { ParseServer } = require("parse-server");
new ParseServer({ cloud: __dirname + "/cloud/main.js" }).start();
