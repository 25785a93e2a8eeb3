// Requests that Parse Server and Skep answer alike. record.mjs keeps the answers of a Parse Server in answers.json; main.mjs asks Skep.
//
// Invariant: a request and its answer hold nothing that differs from run to run.

import http from "node:http";

const APP = { "x-parse-application-id": "app" };
const MASTER = { ...APP, "x-parse-master-key": "master" };

export const requests = {};

function add(name, path, { method = "POST", headers = APP, body, type = "application/json" } = {}) {
  const text = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
  requests[name] = { method, path, headers: text === undefined ? headers : { "content-type": type, ...headers }, body: text };
}

const call = (name, body, more = {}) => add(`${name}${more.as ?? ""}`, `/functions/${encodeURIComponent(name)}`, { body, ...more });

// What functions return, throw and answer by their second parameter.
for (
  const name of [
    "undef",
    "throwText",
    "throwError",
    "throwEmptyText",
    "throwNull",
    "throwUndefined",
    "throw42",
    "throwObject",
    "throwMessage",
    "throwMessageObject",
    "throwParse",
    "throwParse101",
    "throwParse1",
    "throwParseNoMessage",
    "throwParseEmpty",
    "throwTrue",
    "throwArray",
    "throwTypeError",
    "reject",
    "date",
    "geo",
    "polygon",
    "file",
    "regexp",
    "map",
    "saved",
    "pointer",
    "dirty",
    "relation",
    "acl",
    "op",
    "nestedObj",
    "null",
    "false",
    "zero",
    "emptyText",
    "unicode",
    "proto",
    "args",
    "this",
    "res",
    "resStatus",
    "resHeaderType",
    "resError",
    "resErrorStatus",
    "resErrorNone",
    "resErrorParse",
    "resReturn",
    "resThrow",
    "resLater",
    "resTypes",
    "dash-name",
    "sp ace",
    "n\u00e4me",
    "hello",
    "none",
    "runType",
  ]
) call(name, {});

// Keys, and where they are read.
add("no-app-id", "/functions/info", { headers: {}, body: {} });
add("other-app-id", "/functions/info", { headers: { "x-parse-application-id": "other" }, body: {} });
add("app-id-in-body", "/functions/info", { headers: {}, body: { _ApplicationId: "app" } });
add("app-id-in-text-body", "/functions/echo", {
  headers: {},
  body: { _ApplicationId: "app", _ClientVersion: "js8", _InstallationId: "i", _JavaScriptKey: "x", _RevocableSession: "1", _noBody: true, a: 1 },
  type: "text/plain",
});
add("app-id-not-a-text", "/functions/info", { headers: {}, body: { _ApplicationId: 5 } });
add("master-in-header", "/functions/info", { headers: MASTER, body: {} });
add("wrong-master-in-header", "/functions/info", { headers: { ...APP, "x-parse-master-key": "wrong" }, body: {} });
add("master-in-body", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _MasterKey: "master" } });
add("master-in-body-not-a-text", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _MasterKey: {} } });
add("session-in-body-not-a-text", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _SessionToken: [] } });
add("read-only-master", "/functions/info", { headers: { ...APP, "x-parse-master-key": "ro" }, body: {} });
add("basic-master", "/functions/info", { headers: { authorization: `Basic ${btoa("app:master")}` }, body: {} });
add("basic-javascript", "/functions/info", { headers: { authorization: `Basic ${btoa("app:javascript-key=x")}` }, body: {} });
add("installation-in-header", "/functions/info", { headers: { ...APP, "x-parse-installation-id": "inst" }, body: {} });
add("context-in-header", "/functions/info", { headers: { ...APP, "x-parse-cloud-context": '{"a":1}' }, body: {} });
add("context-in-header-is-a-list", "/functions/info", { headers: { ...APP, "x-parse-cloud-context": "[1]" }, body: {} });
add("context-in-header-is-no-json", "/functions/info", { headers: { ...APP, "x-parse-cloud-context": "{" }, body: {} });
add("context-in-body", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _context: { b: 2 } } });
add("context-in-body-as-text", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _context: '{"b":2}' } });
add("context-in-body-is-a-list", "/functions/info", { headers: {}, body: { _ApplicationId: "app", _context: [1] } });
add("context-in-both", "/functions/info", { headers: { "x-parse-cloud-context": '{"a":1}' }, body: { _ApplicationId: "app", _context: { b: 2 } } });

// Bodies.
add("empty-body", "/functions/echo");
add("list-body", "/functions/echo", { body: [1, { a: 2 }] });
add("text-body", "/functions/echo", { body: '"abc"', type: "text/plain" });
add("number-body", "/functions/echo", { body: " 12345678901234567890123" });
add("word-body", "/functions/echo", { body: "true" });
add("broken-body", "/functions/echo", { body: '{"a":' });
add("broken-body-2", "/functions/echo", { body: '{"a":1}}' });
add("broken-body-3", "/functions/echo", { body: "{'a':1}" });
add("blank-body", "/functions/echo", { body: "   " });
add("no-type", "/functions/echo", { body: '{"a":1}', type: "application/octet-stream" });
add("unicode-body", "/functions/echo", { body: { "\u00e9": "\ud83d\ude00" } });
add("proto-body", "/functions/echo", { body: '{"a":{"constructor":1,"b":2}}' });
add("types", "/functions/types", {
  body: {
    d: { __type: "Date", iso: "2020-01-01T00:00:00.000Z" },
    f: { __type: "File", name: "n", url: "http://x/y" },
    p: { __type: "Pointer", className: "Thing", objectId: "x" },
    g: { __type: "GeoPoint", latitude: 1, longitude: 2 },
    n: [{ x: { __type: "Date", iso: "2020-01-01T00:00:00.000Z" } }],
  },
});
add("types-echo", "/functions/echo", {
  body: {
    d: { __type: "Date", iso: "2020-01-01T00:00:00.000Z" },
    f: { __type: "File", name: "n", url: "http://x/y" },
    p: { __type: "Pointer", className: "Thing", objectId: "x" },
    g: { __type: "GeoPoint", latitude: 1, longitude: 2 },
    o: { __type: "Object", className: "Thing", objectId: "x", a: 1 },
  },
});
add("bad-date", "/functions/types", { body: { d: { __type: "Date", iso: "nonsense" } } });
add("form", "/functions/echo", { body: "a=1&b=2&b=3&c%5Bd%5D=4&e=%zz+x", type: "application/x-www-form-urlencoded" });
add("query", "/functions/echo?a=1&b=x%20y&c=%C3%A9", { body: { a: 0, z: 1 } });
add("query-lists", "/functions/echo?a=1&a=2&b[]=3&b[]=4&c[d]=5&c[e][f]=6&g", { body: {} });

const part = (name, value, more = "") => `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const multipart = (name, body, type = "multipart/form-data; boundary=x") => add(`multipart-${name}`, "/functions/echo", { body, type });
multipart("texts", `${part("a", "1")}${part("b", "\u00e9\r\n2")}${part("a", "3")}--x--\r\n`);
multipart("file", `${part("a", "1")}${part("f", "data", '; filename="/p/q.txt"\r\nContent-Type: text/x-y; charset=z')}--x--`);
multipart("file-without-type", `${part("f", "\u0000\u0001", '; filename="q.bin"')}--x--`);
multipart("none", "--x--\r\n");
multipart("without-end", part("a", "1"));
multipart("without-boundary", part("a", "1"), "multipart/form-data");
multipart("with-text-before", `hello\r\n${part("a", "1")}--x--`);

// Paths and methods.
add("slash", "/functions/hello/", { body: {} });
add("double-slash", "//functions/hello", { body: {} });
add("encoded", "/functions/h%65llo", { body: {} });
add("options", "/functions/hello", { method: "OPTIONS", headers: {} });
add("method-in-body", "/functions/echo", { body: { _method: "POST", a: 1 } });

// Validators.
for (const name of ["vUser", "vMaster", "vRoles", "vKeys", "vFn", "vFnErr", "vFnNull"]) call(name, {});
for (const name of ["vUser", "vMaster", "vRoles", "vKeys", "vFn"]) call(name, {}, { headers: MASTER, as: "-master" });
call("vFn", { no: 1 }, { as: "-no" });
call("vMasterV", {}, { headers: MASTER, as: "-without" });
call("vMasterV", { a: 1 }, { headers: MASTER, as: "-with" });
call("vList", { a: 1 }, { as: "-one" });
call("vList", { a: 1, b: null }, { as: "-null" });
call("vList", { a: 0, b: "" }, { as: "-both" });
const fields = (as, body) => call("vMap", { a: "t", f: 4, one: 7, ...body }, { as: `-${as}` });
fields("fine", {});
fields("missing", { a: null });
fields("type", { a: 1 });
fields("number", { n: "x" });
fields("null", { n: null });
fields("option", { o: "z" });
fields("error", { f: 1 });
fields("throws", { g: 1 });
fields("false", { g: 2 });
fields("list", { l: {} });
fields("object", { ob: [] });
fields("object-null", { ob: null });
fields("boolean", { bo: "true" });
fields("one", { one: 8 });

// Functions that call others, and jobs.
call("run", { name: "hello", params: {} }, { as: "-hello" });
call("run", { name: "info", options: { useMasterKey: true, context: { a: 1 }, installationId: "inst" } }, { as: "-options", type: "text/plain" });
call("run", { name: "none" }, { as: "-none" });
call("run", { name: "throwParse" }, { as: "-parse-error" });
for (const name of ["throwText", "throwParse", "none", "throwNull"]) call("runError", { name }, { as: `-${name}` });
add("job-without-master", "/jobs/work", { body: {} });
add("job-read-only", "/jobs/work", { headers: { ...APP, "x-parse-master-key": "ro" }, body: {} });
add("job-unknown", "/jobs/none", { headers: MASTER, body: {} });
add("job", "/jobs/work", { headers: MASTER, body: {} });
add("job-by-body", "/jobs", { headers: MASTER, body: { jobName: "work" } });
add("job-unknown-by-body", "/jobs", { headers: MASTER, body: {} });

/** Headers of an answer that clients of Parse look at. */
const SEEN = [
  "content-type",
  "access-control-allow-origin",
  "access-control-allow-methods",
  "access-control-allow-headers",
  "access-control-expose-headers",
  "x-a",
];

/** Sends a request to the mount at `url`. Returns what a client sees of the answer. Parse Server cuts connections after errors: each has its own. */
export function ask(url, { method, path, headers, body }) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}${path}`, { method, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const seen = {};
        for (const name of SEEN) if (answer.headers[name] !== undefined) seen[name] = answer.headers[name];
        const id = answer.headers["x-parse-job-status-id"];
        if (id !== undefined) seen.job = /^[0-9A-Za-z]{10}$/.test(id);
        resolve({ status: answer.statusCode, headers: seen, body: Buffer.concat(chunks).toString() });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}
