#!/usr/bin/env node
const { greet } = require("./lib/greet");
const child = require("./lib/child");
const thisIsExports = this === exports;

module.exports = (request) => {
  const query = new URL(request.url).search;
  const codeOf = (load) => {
    try {
      return load();
    } catch (error) {
      return error.code ?? error.message;
    }
  };
  if (query === "?missing") {
    const wanted = "./nowhere";
    try {
      require(wanted);
    } catch (error) {
      return `${error.code} ${error.message} ${error.requireStack}`;
    }
  }
  if (query === "?computed") {
    const load = (name) => require(`./lib/${name}`);
    return [load("greet").greet("amy"), codeOf(() => load("gone"))];
  }
  if (query === "?broken") {
    const load = () => require("./lib/broken");
    const first = codeOf(load);
    return { first, second: codeOf(load), cached: "/cjs/lib/broken.js" in require.cache };
  }
  if (query === "?outside") {
    return ["/etc/passwd", "../secret/index.js", "../../Cargo.toml"].map((name) => codeOf(() => require(name)));
  }
  return {
    greeting: greet("bob"),
    json: require("./data.json").seven,
    folder: require("./folder"),
    package: require("plain"),
    subpath: require("plain/sub"),
    scoped: require("@scope/both"),
    cycle: require("./lib/a").seen,
    same: require("./lib/greet") === require("./lib/greet.js"),
    dir: __dirname,
    file: __filename,
    parent: child.parent,
    loaded: require.cache["/cjs/lib/greet.js"].loaded,
    main: require.main === module,
    resolved: require.resolve("./lib/greet"),
    builtIn: require.resolve("fs"),
    thisIsExports,
  };
};
