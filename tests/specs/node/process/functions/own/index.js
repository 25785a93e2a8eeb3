module.exports = async (request) => {
  const query = new URL(request.url).search;
  if (query === "?exit") process.exit(1);
  if (query === "?print") {
    process.stdout.write("one ");
    process.stdout.write("line\n");
    return "printed";
  }
  if (query === "?unhandled") {
    return new Promise((resolve) => {
      process.once("unhandledRejection", (error) => resolve(`heard: ${error.message}`));
      Promise.reject(new Error("no code catches it"));
    });
  }
  if (query === "?warn") {
    process.emitWarning("nobody listens", "QuietWarning");
    return "warned";
  }
  process.env.NEW = "set";
  const refused = ["chdir", "kill", "abort", "setuid", "dlopen", "binding"].filter((name) => {
    try {
      process[name]("/");
    } catch (error) {
      return error.code === "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM";
    }
  });
  const warned = new Promise((resolve) => process.once("warning", (warning) => resolve(warning.name)));
  process.emitWarning("careful", "MyWarning");
  return {
    env: [process.env.FROM, process.env.NODE_ENV, process.env.NEW, "HOME" in process.env],
    version: /^v\d+\.\d+\.\d+$/.test(process.version) && process.versions.node === process.version.slice(1),
    argv: process.argv.length,
    cwd: process.cwd(),
    memory: process.memoryUsage().heapUsed > 0,
    cpu: process.cpuUsage().user > 0,
    refused,
    global: global === globalThis && process === require("process") && process === globalThis.process,
    warned: await warned,
    title: String(process),
  };
};
