const http = require("http");

// Everything that a request and its response hold is plain JavaScript: each of it is called in the wrong way, and then replaced.
const poke = (holder, seen = new Set(), depth = 0) => {
  if (holder === null || typeof holder !== "object" || depth > 3 || seen.has(holder)) return;
  seen.add(holder);
  for (let proto = holder; proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    for (const key of Reflect.ownKeys(proto)) {
      let member;
      try {
        member = Reflect.get(proto, key, holder);
      } catch {
        continue;
      }
      if (typeof member === "function" && key !== "constructor") {
        for (const args of [[], [2 ** 31, -1], [{}, {}], [Symbol.iterator], ["x".repeat(1000), 1e9, () => {}]]) {
          try {
            member.apply(holder, args)?.catch?.(() => {});
          } catch {}
          try {
            member.apply(null, args)?.catch?.(() => {});
          } catch {}
        }
      } else {
        poke(member, seen, depth + 1);
      }
    }
  }
};

http.createServer((request, response) => {
  request.on("error", () => {});
  response.on("error", () => {});
  request.socket.on("error", () => {});
  poke(response.socket._handle);
  poke(request.socket);
  response.end("done");
}).listen(1);
