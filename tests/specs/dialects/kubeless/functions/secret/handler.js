// Variables and secrets, read while the module loads.
const fs = require("fs");
const password = fs.readFileSync("/database/password", "utf8");
const { FUNC_HANDLER, FUNC_TIMEOUT, FUNC_RUNTIME, FUNC_MEMORY_LIMIT, MOD_NAME } = process.env;
exports.secret = () => ({ password, variables: [FUNC_HANDLER, FUNC_TIMEOUT, FUNC_RUNTIME, FUNC_MEMORY_LIMIT, MOD_NAME], there: [fs.existsSync("/database/password"), fs.existsSync("/database/other"), fs.statSync("/database/password").size] });
