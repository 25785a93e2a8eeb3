const { builtinModules } = require("module");

/** Calls `use` near the end of the stack, each time with a little more room, until it works. */
function atTheEnd(use) {
  let isDone = false;
  const go = () => {
    try {
      go();
    } catch {
      // Here the stack ended, or `use` failed for want of it.
    }
    if (isDone) return;
    use();
    isDone = true;
  };
  try {
    go();
  } catch {
    // It never worked.
  }
}

const HOSTS = ["skep", "@azure/functions", "@google-cloud/functions-framework", "firebase-functions", "@netlify/functions", "@vercel/functions"];

module.exports = (req, res) => {
  if (req.url.endsWith("/ok")) return res.send("ok");
  const wrong = [];
  for (const name of [...builtinModules.filter((each) => !each.startsWith("_")), ...HOSTS]) {
    atTheEnd(() => require(name));
    try {
      const exports = require(name);
      for (const key in exports) void exports[key];
    } catch (error) {
      wrong.push(`${name}: ${error}`);
    }
  }
  res.status(wrong.length === 0 ? 200 : 500).send(wrong.join("\n") || "all are whole");
};
