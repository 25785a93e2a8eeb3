throw Object.assign(new Error("x"), { [Symbol.for("errorAdditionalPropertyKeys")]: new Array(2 ** 32 - 1) });
