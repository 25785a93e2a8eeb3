const functions = require("@google-cloud/functions-framework");
functions.typed("sum", ({ numbers }) => ({ sum: numbers.reduce((one, other) => one + other, 0) }));
