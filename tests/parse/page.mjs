// What a page does with an SDK and with requests of its own; the page is of another origin than the mount, so that each answer has to allow it.
//
// browser.mjs serves it and asks for its results. Runs in a browser: `Parse` is the SDK's script.
//
// Invariant: a check looks at nothing that a page of another origin cannot see.

const { url } = await (await fetch("/settings")).json();
const results = [];

async function it(what, body) {
  try {
    await body();
    results.push({ what, error: null });
  } catch (error) {
    results.push({ what, error: `${error?.message ?? error}` });
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const text = (value) => value === undefined ? "undefined" : JSON.stringify(value);

function equal(got, expected) {
  if (text(got) !== text(expected)) throw new Error(`${text(got).slice(0, 1_000)} is not ${text(expected)}`);
}

function holds(fact, otherwise) {
  if (!fact) throw new Error(otherwise);
}

async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`nothing was thrown, but returned: ${text(value)}`);
}

const APP = { "X-Parse-Application-Id": "app" };
const JSON_TYPE = { "Content-Type": "application/json" };

/** A request of the page itself. What a page may not see throws. */
async function ask(path, { method = "POST", headers = { ...APP, ...JSON_TYPE }, body = "{}" } = {}) {
  const answer = await fetch(url + path, { method, headers, body: method === "GET" ? undefined : body });
  return { status: answer.status, body: await answer.json(), job: answer.headers.get("X-Parse-Job-Status-Id") };
}

async function checkValues() {
  for (const [what, value] of [["hello", { hello: "world" }], ["undef", undefined], ["null", null], ["false", false], ["zero", 0], ["emptyText", ""], ["unicode", "h\u00e9\ud83d\ude00\u2028"], ["dash-name", "dash"], ["n\u00e4me", "umlaut"]]) {
    await it(`value of ${what}`, async () => equal(await Parse.Cloud.run(what), value));
  }
  await it("parameters of all types", async () => {
    const pointer = Parse.Object.extend("Thing").createWithoutData("x").toPointer();
    const got = await Parse.Cloud.run("echo", { date: new Date(0), geo: new Parse.GeoPoint(1, 2), pointer, list: [{ three: new Date(3) }], text: "\u00e9" });
    equal([got.date.getTime(), got.list[0].three.getTime(), got.text], [0, 3, "\u00e9"]);
    holds(got.geo instanceof Parse.GeoPoint && got.pointer instanceof Parse.Object && got.pointer.id === "x", "the types are lost");
  });
  await it("an object with data", async () => {
    const saved = await Parse.Cloud.run("saved");
    equal([saved.className, saved.id, saved.get("a"), saved.get("d").toISOString()], ["Thing", "abc", 1, "2020-01-01T00:00:00.000Z"]);
  });
  await it("a large parameter", async () => equal((await Parse.Cloud.run("echo", { text: "\u00e9".repeat(300_000) })).text.length, 300_000));
  await it("calls at once", async () => {
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    equal(await Promise.all(numbers.map(async (number) => (await Parse.Cloud.run("echo", { number })).number)), numbers);
  });
  await it("the installation", async () => holds(/^[-0-9a-f]{36}$/.test((await Parse.Cloud.run("info")).inst), "no id"));
}

async function checkErrors() {
  for (const [what, code, message] of [["throwText", 141, "text"], ["throwParse", 4242, "own"], ["throwParse101", 101, "nf"], ["throwNull", 141, "Script failed."], ["unsaved", 141, "Cannot create a pointer to an unsaved ParseObject"], ["none", 141, 'Invalid function: "none"'], ["vUser", 142, "Validation failed. Please login to continue."]]) {
    await it(`error of ${what}`, async () => {
      const error = await rejection(Parse.Cloud.run(what, {}));
      holds(error instanceof Parse.Error, "no Parse.Error");
      equal([error.code, error.message], [code, message]);
    });
  }
  await it("the error of a fault", async () => equal((await rejection(Parse.Cloud.run("silent", {}))).code, 141));
  await it("the error of a body that is too large", async () => {
    const body = JSON.stringify({ text: "x".repeat(3_000_000) });
    const { status, body: { code, error } } = await ask("/functions/echo", { body });
    equal([status, code, error], [413, -1, "request entity too large"]);
  });
  const needs = { "Query.find": () => new Parse.Query("Thing").find(), "Object.save": () => new Parse.Object("Thing").save({ a: 1 }), "User.logIn": () => Parse.User.logIn("name", "password") };
  for (const [what, run] of Object.entries(needs)) {
    await it(`${what} without a data layer`, async () => equal((await rejection(run())).code, 108));
  }
}

async function checkFiles() {
  await it("a file that a function returns", async () => {
    const file = await Parse.Cloud.run("file");
    holds(file instanceof Parse.File, "no Parse.File");
    equal([file.name(), file.url()], ["n", "http://x/y"]);
  });
  await it("a file as a parameter", async () => {
    const file = Parse.File.fromJSON({ __type: "File", name: "n", url: "http://x/y" });
    equal((await Parse.Cloud.run("types", { f: file })).file, true);
  });
  await it("a form with files", async () => {
    const form = new FormData();
    form.append("a", "1");
    form.append("f", new File([new Uint8Array([0, 255, 10])], "n\u00e4me.bin", { type: "application/x-bytes" }));
    const { body: { result } } = await ask("/functions/echo", { headers: APP, body: form });
    equal([result.a, result.f.filename, result.f.contentType], ["1", "n\u00e4me.bin", "application/x-bytes"]);
    equal(Object.values(result.f.data), [0, 255, 10]);
  });
  await it("a file is not kept without a data layer", async () => {
    const error = await rejection(new Parse.File("name.txt", new File(["text"], "name.txt", { type: "text/plain" })).save({ progress() {} }));
    equal(error.code, 108);
  });
}

/** Parse Server allows every origin what its SDKs send, and no more. */
async function checkPreflights() {
  const hello = { status: 200, body: { result: { hello: "world" } }, job: null };
  const allowed = ["Master-Key", "REST-API-Key", "Javascript-Key", "Client-Version", "Session-Token", "Revocable-Session", "Request-Id"].map((key) => `X-Parse-${key}`);
  for (const header of [...allowed, "X-Requested-With", "Pragma", "Cache-Control"]) {
    await it(`a request with ${header}`, async () => equal(await ask("/functions/hello", { headers: { ...APP, ...JSON_TYPE, [header]: "1" } }), hello));
  }
  await it("a request with a header that Parse Server does not allow", async () => {
    const error = await rejection(ask("/functions/hello", { headers: { ...APP, "X-Other": "1" } }));
    holds(error instanceof TypeError, `${error}`);
  });
  for (const method of ["GET", "PUT", "DELETE"]) {
    await it(`${method} of an object`, async () => equal((await ask("/classes/Thing/x", { method })).body.code, 108));
  }
  await it("a refused key", async () => equal(await ask("/functions/hello", { headers: { "X-Parse-Application-Id": "other" } }), { status: 403, body: { error: "unauthorized" }, job: null }));
  await it("a body that is no JSON", async () => equal((await ask("/functions/hello", { body: "{" })).body.code, 107));
  await it("a request that tells its progress", () =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.upload.onprogress = () => {};
      request.onerror = () => reject(new Error("refused"));
      request.onload = () => resolve(equal(JSON.parse(request.responseText), hello.body));
      request.open("POST", `${url}/functions/hello`);
      request.setRequestHeader("Content-Type", "text/plain");
      request.send(JSON.stringify({ _ApplicationId: "app" }));
    }));
}

async function statusOf(id) {
  for (let attempt = 0; ; attempt++) {
    const status = await Parse.Cloud.getJobStatus(id);
    if (status.get("status") !== "running" || attempt === 50) return status;
    await pause(100);
  }
}

async function checkJobs() {
  Parse.CoreManager.set("MASTER_KEY", "master");
  await it("the master key", async () => equal([(await Parse.Cloud.run("info", {}, { useMasterKey: true })).master, (await Parse.Cloud.run("info")).master], [true, false]));
  await it("a job whose id the page sees", async () => {
    const { status, body, job } = await ask("/jobs/work", { headers: { ...APP, ...JSON_TYPE, "X-Parse-Master-Key": "master" }, body: '{"a":1}' });
    equal([status, body], [200, {}]);
    const told = await statusOf(job);
    equal([told.get("jobName"), told.get("status"), told.get("message")], ["work", "succeeded", 'done {"a":1}']);
  });
  await it("a job of the SDK", async () => {
    // SDKs 4 to 8 look for the id by the list of exposed headers, which names itself. Against Parse Server they see no id.
    const told = await statusOf(await Parse.Cloud.startJob("fails", {}));
    equal([told.get("status"), told.get("message")], ["failed", "job failed"]);
  });
  await it("the names of jobs", async () => equal((await Parse.Cloud.getJobsData()).jobs, ["work", "fails"]));
}

Parse.initialize("app");
Parse.serverURL = url;
await it("another origin", async () => holds(new URL(url).origin !== location.origin, "the mount is of the page's origin"));
await checkValues();
await checkErrors();
await checkFiles();
await checkPreflights();
await checkJobs();
await fetch("/results", { method: "POST", body: JSON.stringify(results) });
