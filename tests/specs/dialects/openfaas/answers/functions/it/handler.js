class Model { constructor() { this.z = 1; } }

const cyclic = {};
cyclic.self = cyclic;

module.exports = async (event, context) => {
  switch (event.path.slice(1)) {
    case "succeed": return context.status(201).succeed({ a: 1 });
    case "text": return "plain <b>";
    case "list": return [1, "\u00fc", null];
    case "html": return context.headers({ "Content-Type": "text/html", "X-A": 1, "x-l": ["a", "b"] }).succeed("<p>");
    case "json": return context.headers({ "content-type": "application/json" }).succeed({ a: 1 });
    case "latin": return context.headers({ "content-type": "text/plain;charset=ISO-8859-1; a=b" }).succeed("x");
    case "buffer": return Buffer.from([0, 255]);
    case "png": return context.headers({ "Content-Type": "image/png" }).succeed(Buffer.from([1]));
    case "text-buffer": return context.headers({ "Content-Type": "text/plain" }).succeed(Buffer.from("x"));
    case "null": return null;
    case "undefined": return undefined;
    case "true": return true;
    case "number": return 42;
    case "date": return new Date(0);
    case "model": return new Model();
    case "fail": return context.headers({ "x-gone": "1" }).fail("bad thing");
    case "fail-404": return context.status(404).fail(new Error("not here"));
    case "fail-object": return context.fail({ a: 1 });
    case "fail-nothing": return context.fail();
    case "no-content": return context.status(204).succeed("x");
    case "digits": return context.status("404").succeed("x");
    case "asked": return `${context.status()} ${JSON.stringify(context.headers())} ${context.cbCalled}`;
    case "chained": return context.status(202).headers({ a: "1" }).headers({ b: "2" }).succeed("last");
    case "twice": context.succeed("first"); context.succeed("second"); return "third";
    case "throw": throw new Error("thrown");
    case "throw-nothing": throw null;
    case "bad-status": return context.status(7).succeed("x");
    case "bad-header": return context.headers({ "x-a": "1\n2" }).succeed("x");
    case "bad-cycle": return cyclic;
    case "bad-function": return () => {};
  }
  return "none";
};
