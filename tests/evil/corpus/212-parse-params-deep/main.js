const { call } = require("skep");

Parse.Cloud.define("inner", (request) => typeof request.params.a);
Parse.Cloud.define("all", async () => {
  const bodies = [
    `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
    `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`,
    `{"a":[${Array(100_000).fill('{"__type":"Pointer","className":"A","objectId":"b"}').join()}]}`,
    `{"a":{"__type":"Pointer"}}`, `{"a":{"__type":"Pointer","className":{"x":1},"objectId":[]}}`, `{"a":{"__type":"File"}}`, `{"a":{"__type":"Date","iso":"${"9".repeat(10_000)}"}}`,
    `{"a":{"__type":"Date","iso":{"toString":1}}}`, `{"__proto__":{"a":1},"a":{"__proto__":{"b":2},"__type":"Date","iso":"x"}}`, `{"_method":"GET","_ApplicationId":{},"_context":"[]"}`,
    `{"a":{"__type":"${"x".repeat(100_000)}"}}`, `[[1]]`, `{"jobName":{}}`,
  ];
  const answers = {};
  for (const body of bodies) {
    const { status } = await call("parse-params-deep", `/functions/inner?${"b=1&".repeat(100)}`, { method: "POST", body });
    answers[status] = (answers[status] ?? 0) + 1;
  }
  if ({}.b !== undefined) throw new Error("all objects are polluted");
  return answers;
});
