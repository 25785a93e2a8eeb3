// the text of this module
const fs = require("fs");
const path = require("path");

const page = path.join(__dirname, "views/a.html");

async function refused() {
  const codes = [];
  const attempts = [
    () => fs.readFileSync("/etc/passwd"),
    () => fs.readFileSync("../neighbour/index.js"),
    () => fs.readFileSync(path.join(__dirname, "function.toml")),
    () => fs.readFileSync("views"),
    () => fs.writeFileSync("views/new.html", "x"),
    () => fs.unlinkSync(page),
    () => fs.mkdirSync("new"),
    () => fs.openSync(page, "w"),
    () => fs.readdirSync(page),
    () => fs.readSync(99, Buffer.alloc(1)),
    () => fs.readFileSync({}),
    () => fs.promises.stat("/proc/self/mem"),
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
      codes.push("nothing");
    } catch (error) {
      codes.push(error.code);
    }
  }
  return codes;
}

async function streamed(options) {
  let text = "";
  for await (const piece of fs.createReadStream(page, options)) text += piece;
  return text;
}

module.exports = async (request) => {
  const query = new URL(request.url).search;
  if (query === "?refused") return refused();
  if (query === "?print") {
    fs.writeSync(1, "to the standard output\n");
    return "printed";
  }
  require("plain");
  const handle = await fs.promises.open(page);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(3), 0, 3, 0);
  await handle.close();
  return {
    text: fs.readFileSync("views/a.html", "utf8"),
    bytes: fs.readFileSync(page).length,
    promise: await fs.promises.readFile(page, { encoding: "utf8" }),
    callback: await new Promise((resolve, reject) => fs.readFile(page, "utf8", (error, text) => error ? reject(error) : resolve(text))),
    names: fs.readdirSync("views"),
    recursive: fs.readdirSync("views", { recursive: true }),
    kinds: fs.readdirSync("views", { withFileTypes: true }).map((entry) => entry.isDirectory() ? "folder" : "file"),
    size: fs.statSync(page).size,
    streamed: await streamed("utf8"),
    part: await streamed({ encoding: "utf8", start: 1, end: 4 }),
    own: fs.readFileSync(__filename, "utf8").includes("the text of this module"),
    exists: [page, "/etc/passwd", "nothing"].map((name) => fs.existsSync(name)),
    package: JSON.parse(fs.readFileSync(path.join(path.dirname(require.resolve("plain")), "package.json"), "utf8")).name,
    url: fs.readFileSync(new URL("file:///files/views/a.html"), "utf8"),
    handle: buffer.subarray(0, bytesRead).toString(),
  };
};
