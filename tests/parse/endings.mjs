// What ends the process of a Parse Server or leaves its client without an answer: one answer each here, and the next call is answered.

import assert from "node:assert/strict";
import { check } from "./check.mjs";
import { ask } from "./requests.mjs";

const APP = { "x-parse-application-id": "app", "content-type": "application/json" };
const MASTER = { ...APP, "x-parse-master-key": "master" };

const post = (url, path, body = {}, headers = APP) => ask(url, { method: "POST", path, headers, body: JSON.stringify(body) });

const failed = (error, code = 141) => ({ status: 400, body: { code, error } });
const result = (value) => ({ status: 200, body: { result: value } });

const EXPECTED = {
  unsaved: failed("Cannot create a pointer to an unsaved ParseObject"),
  badDate: failed("Tried to encode an invalid date."),
  cycle: failed("Tried to encode a cycle, or a value that nests too deep."),
  deep: failed("Tried to encode a cycle, or a value that nests too deep."),
  successTwice: result("first"),
  errorAfterSuccess: result("first"),
  bigint: failed("Do not know how to serialize a BigInt"),
  "a.dotted.name": result("dotted"),
  throwEmptyError: failed("Script failed."),
  throwGetter: failed("Script failed."),
  throwSymbol: { status: 400, body: { code: 141 } },
  throwCycle: failed("Script failed."),
  resBadStatus: failed("Invalid status code: abc"),
  returnGetter: failed("getter"),
  late: failed("Parse.Cloud.define can only be called while main.js loads"),
  httpRequest: failed("Parse.Cloud.httpRequest was removed in Parse Server 6: use fetch"),
  useMasterKey: { status: 200, body: {} },
  keys: result(["app", "master", true]),
};

const needs = (name) => [108, `Parse.${name} needs a Parse Server: set server_url under [parse]`];
const NEEDS = {
  find: needs("Query.find"),
  get: needs("Query.get"),
  count: needs("Query.count"),
  save: needs("Object.save"),
  destroy: needs("Object.destroy"),
  saveAll: needs("Object.saveAll"),
  config: needs("Config.get"),
  logIn: needs("User.logIn"),
  file: needs("File.save"),
  push: needs("Push.send"),
  subscribe: [108, "Parse.Query.subscribe is not supported: a function keeps no connection of LiveQuery"],
};

const seen = ({ status, body }) => ({ status, body: JSON.parse(body) });

export async function checkEndings(url) {
  for (const [name, expected] of Object.entries(EXPECTED)) {
    await check(`ending ${name}`, async () => assert.deepEqual(seen(await post(url, `/functions/${name}`)), expected));
    await check(`after ${name}`, async () => assert.equal((await post(url, "/functions/hello")).status, 200));
  }
  for (const [what, expected] of Object.entries(NEEDS)) {
    await check(`needs ${what}`, async () => assert.deepEqual(seen(await post(url, "/functions/needs", { what })), result(expected)));
  }
  await check("rate limit", async () => {
    for (let i = 0; i < 2; i++) assert.equal((await post(url, "/functions/limited")).status, 200);
    assert.deepEqual(seen(await post(url, "/functions/limited")), { status: 429, body: { code: 100, error: "slower" } });
    assert.equal((await post(url, "/functions/limited", {}, MASTER)).status, 200);
  });
  await check("idempotency", async () => {
    const headers = { ...APP, "x-parse-request-id": `id-${Date.now()}` };
    assert.equal((await post(url, "/functions/once", {}, headers)).status, 200);
    assert.deepEqual(seen(await post(url, "/functions/once", {}, headers)), failed("Duplicate request", 159));
    assert.equal((await post(url, "/functions/hello", {}, headers)).status, 200);
  });
  await checkWebhooks(url);
}

async function checkWebhooks(url) {
  const hook = { "content-type": "application/json", "x-parse-webhook-key": "hook" };
  const body = { master: false, params: { a: 1 }, headers: { x: "y" }, ip: "1.2.3.4", functionName: "echo", context: {} };
  const answerOf = async (path, more = {}, headers = hook) => seen(await post(url, path, { ...body, ...more }, headers));
  await check("webhook", async () => assert.deepEqual(await answerOf("/webhooks/echo"), { status: 200, body: { success: { a: 1 } } }));
  await check("webhook with a user", async () => {
    const user = { objectId: "u", username: "name", sessionToken: "r:x" };
    const { body: { success } } = await answerOf("/webhooks/info", { user, master: true });
    assert.equal(success.master, true);
    assert.equal(success.user.className, "_User");
    assert.equal(success.user.username, "name");
  });
  for (const [name, error] of [["throwParse", "own"], ["throwNull", "Script failed."], ["throwParseEmpty", "Script failed."], ["none", 'Invalid function: "none"']]) {
    await check(`webhook ${name}`, async () => assert.deepEqual(await answerOf(`/webhooks/${name}`), { status: 200, body: { error } }));
  }
  await check("webhook undef", async () => assert.deepEqual(await answerOf("/webhooks/undef"), { status: 200, body: {} }));
  for (const headers of [APP, { ...hook, "x-parse-webhook-key": "other" }]) {
    await check("webhook without its key", async () => assert.deepEqual(await answerOf("/webhooks/echo", {}, headers), { status: 403, body: { error: "unauthorized" } }));
  }
}
