const { HttpsError, onCall, onRequest } = require("firebase-functions/v2/https");
const { call } = require("skep");

const cycle = {};
cycle.cycle = cycle;
const results = [
  () => cycle, () => 10n, () => ({ toJSON() { throw new Error("no"); } }), () => new Map([[cycle, cycle]]), () => "x".repeat(4e6), () => Promise.reject(null),
  () => { throw new HttpsError("internal", "x", cycle); }, () => { throw Object.assign(new HttpsError("ok", "x"), { httpErrorCode: { status: "nine" } }); },
  () => { throw new Proxy({}, { get() { throw 1; } }); }, () => new Proxy([], { get: () => 7 }), () => undefined,
];
exports.inner = onCall((request) => (typeof request.data === "number" ? results[request.data]() : typeof request.data));
exports.ok = onRequest((req, res) => res.send("ok"));
exports.all = onRequest(async (req, res) => {
  const int64 = '{"@type":"type.googleapis.com/google.protobuf.Int64Value","value":"9"}';
  const bodies = [
    `{"data":"${"x".repeat(5e6)}"}`, `{"data":[${Array(1e5).fill(int64).join()}]}`, `{"data":${"[".repeat(4000)}${"]".repeat(4000)}}`,
    `{"data":${'{"a":'.repeat(4000)}1${"}".repeat(4000)}}`, '{"data":{"__proto__":{"x":1}}}', '{"data":null,"more":1}', "{}", "[]", "7", "", '{"data":{"@type":"x"}}',
    '{"data":{"@type":"type.googleapis.com/google.protobuf.UInt64Value","value":{"toString":1}}}', ...results.map((_, i) => `{"data":${i}}`),
  ];
  const answers = {};
  for (const body of bodies) {
    const { status } = await call("firebase-call-huge", "/inner", { method: "POST", headers: { "content-type": "application/json" }, body });
    answers[status] = (answers[status] ?? 0) + 1;
  }
  if ({}.x !== undefined) throw new Error("all objects are polluted");
  res.json(answers);
});
