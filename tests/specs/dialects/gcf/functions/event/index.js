const functions = require("@google-cloud/functions-framework");
functions.cloudEvent("onEvent", (event) => {
  console.log(`event ${event.id} of ${event.type}`);
  switch (event.type) {
    case "value": return { event };
    case "number": return 7;
    case "text": return "text";
    case "cycle": { const cycle = {}; cycle.cycle = cycle; return cycle; }
    case "throws": throw new Error("on purpose");
    case "later": return new Promise((resolve) => setTimeout(() => resolve("later"), 5));
  }
});
