// Google's functions framework, `functions.cloudEvent`: events in both of their modes, and what a function returns.
const functions = require("@google-cloud/functions-framework");

const returned = {
  "value": (event) => ({ event, data: Buffer.isBuffer(event.data) ? event.data.toString("hex") : event.data ?? "undefined" }),
  "nothing": () => {},
  "null": () => null,
  "text": () => "text",
  "empty": () => "",
  "number": () => 7,
  "boolean": () => false,
  "buffer": () => Buffer.from("bytes"),
  "cycle": () => {
    const cycle = {};
    cycle.cycle = cycle;
    return cycle;
  },
  "later": () => new Promise((resolve) => setTimeout(resolve, 5, { late: true })),
  "throws": () => {
    throw new Error("on purpose");
  },
  "rejects": () => Promise.reject(new Error("on purpose")),
};

functions.cloudEvent("event", (event) => returned[event.type](event));
