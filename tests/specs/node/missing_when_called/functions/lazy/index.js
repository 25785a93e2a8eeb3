const optional = () => require("./missing");
class Plugins {
  load() {
    return require("./plugins/none.json");
  }
}
const told = (load) => {
  try {
    load();
    return "loaded";
  } catch (error) {
    return [error.code, error.message.split("\n")[0]];
  }
};
module.exports = (request) => {
  if (new URL(request.url).pathname === "/throw") return require("./nowhere.js");
  return [told(optional), told(() => new Plugins().load()), told(() => require("no-package"))];
};
