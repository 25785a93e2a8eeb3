// The SDKs of three times, unmodified: what an application does with them.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { check, rejection } from "./check.mjs";

const require = createRequire(import.meta.url);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Checks one SDK. `name` is its name in package.json. */
export async function checkClient(name, url) {
  const Parse = require(`${name}/node`);
  Parse.initialize("app", undefined, "master");
  Parse.serverURL = url;
  const run = Parse.Cloud.run;
  const it = (what, body) => check(`${name} ${what}`, body);

  await it("a value", async () => assert.deepEqual(await run("hello"), { hello: "world" }));
  await it("no value", async () => assert.equal(await run("undef"), undefined));
  for (const [what, value] of [["null", null], ["false", false], ["zero", 0], ["emptyText", ""], ["unicode", "h\u00e9\ud83d\ude00\u2028"], ["dash-name", "dash"]]) {
    await it(what, async () => assert.deepEqual(await run(what), value));
  }
  await it("parameters of all types", async () => {
    const Thing = Parse.Object.extend("Thing");
    const params = {
      date: new Date(0),
      geo: new Parse.GeoPoint(1, 2),
      pointer: Thing.createWithoutData("x").toPointer(),
      list: [1, "two", { three: new Date(3) }],
      text: "\u00e9",
    };
    const got = await run("echo", params);
    assert.equal(got.date.getTime(), 0);
    assert.ok(got.geo instanceof Parse.GeoPoint);
    assert.ok(got.pointer instanceof Parse.Object);
    assert.equal(got.pointer.id, "x");
    assert.equal(got.list[2].three.getTime(), 3);
    assert.equal(got.text, "\u00e9");
  });
  await it("an object with data", async () => {
    const saved = await run("saved");
    assert.ok(saved instanceof Parse.Object);
    assert.deepEqual([saved.className, saved.id, saved.get("a"), saved.get("d").toISOString()], ["Thing", "abc", 1, "2020-01-01T00:00:00.000Z"]);
  });
  for (const [what, code, message] of [["throwText", 141, "text"], ["throwParse", 4242, "own"], ["throwNull", 141, "Script failed."], ["none", 141, 'Invalid function: "none"'], ["vUser", 142, "Validation failed. Please login to continue."]]) {
    await it(`error of ${what}`, async () => {
      const error = await rejection(run(what, {}));
      assert.ok(error instanceof Parse.Error);
      assert.deepEqual([error.code, error.message], [code, message]);
    });
  }
  await it("the master key", async () => {
    assert.equal((await run("info", {}, { useMasterKey: true })).master, true);
    assert.equal((await run("info", {})).master, false);
    assert.equal(await run("vMaster", {}, { useMasterKey: true }), 1);
  });
  await it("the context", async () => {
    if (name !== "parse3") assert.deepEqual((await run("info", {}, { context: { a: 1 } })).context, { a: 1 });
  });
  await it("the installation", async () => {
    // Earlier SDKs take no id of an installation with a call.
    const { inst } = await run("info", {}, { installationId: "here" });
    assert.ok(inst === "here" || /^[-0-9a-f]{36}$/.test(inst));
  });
  await it("a session without a data layer", async () => assert.equal((await run("info", {}, { sessionToken: "r:none" })).user, undefined));
  await checkJobs(Parse, it);
}

async function checkJobs(Parse, it) {
  await it("a job", async () => {
    const id = await Parse.Cloud.startJob("work", { a: 1 });
    assert.match(id, /^[0-9A-Za-z]{10}$/);
    let status;
    for (let i = 0; i < 50; i++) {
      status = await Parse.Cloud.getJobStatus(id);
      if (status.get("status") !== "running") break;
      await pause(100);
    }
    assert.deepEqual([status.get("jobName"), status.get("status"), status.get("message")], ["work", "succeeded", 'done {"a":1}']);
  });
  await it("a job that fails", async () => {
    const id = await Parse.Cloud.startJob("fails", {});
    let status;
    for (let i = 0; i < 50; i++) {
      status = await Parse.Cloud.getJobStatus(id);
      if (status.get("status") !== "running") break;
      await pause(100);
    }
    assert.deepEqual([status.get("status"), status.get("message")], ["failed", "job failed"]);
  });
  await it("the names of jobs", async () => assert.deepEqual((await Parse.Cloud.getJobsData()).jobs, ["work", "fails"]));
}
