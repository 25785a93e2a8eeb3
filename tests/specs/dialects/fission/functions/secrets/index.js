const fs = require("fs");
module.exports = async (context) => ({
  status: 200,
  body: {
    secret: fs.readFileSync("/secrets/default/db/password", "utf8"),
    config: await fs.promises.readFile("/configs/default/app/level", "utf8"),
    none: fs.existsSync("/secrets/default/db/user"),
    other: fs.existsSync("/db/password"),
  },
});
