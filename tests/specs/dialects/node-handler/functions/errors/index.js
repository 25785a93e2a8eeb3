// Errors of every shape, before and after an answer.
const thrown = {
  "/error": () => { throw new Error("an error of the handler"); },
  "/text": () => { throw "a text"; },
  "/null": () => { throw null; },
  "/object": () => { throw { code: 7 }; },
  "/getter": () => { throw { get message() { throw new Error("from the getter"); }, get stack() { throw 1; } }; },
  "/status": () => { throw Object.assign(new Error("teapot"), { status: 418 }); },
};

module.exports = function (request, response) {
  const { path } = request;
  if (path.startsWith("/async")) return Promise.resolve().then(() => thrown[path.slice(6)]());
  if (path === "/later") return void process.nextTick(() => thrown["/error"]());
  if (path === "/after") {
    response.send("sent");
    throw new Error("thrown after the answer");
  }
  if (path === "/after-async") {
    response.send("sent");
    return new Promise((_, reject) => setTimeout(() => reject(new Error("rejected after the answer")), 5));
  }
  if (path === "/cut") {
    response.write("part");
    return new Promise((_, reject) => setTimeout(() => reject(new Error("in the middle")), 5));
  }
  return thrown[path]();
};
