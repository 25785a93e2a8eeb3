// The first call opens two connections; a later one speaks over one of them and is heard over the other. What runs in the events of
// these connections runs for no call that is over.
const { AsyncLocalStorage } = require("async_hooks");
const { Client } = require("pg");

const names = new AsyncLocalStorage();
const listener = new Client();
const speaker = new Client();

async function listen() {
  await Promise.all([listener.connect(), speaker.connect()]);
  await listener.query("LISTEN shared");
  listener.on("notification", ({ payload }) => console.log(`heard ${payload}.`));
  return "listening";
}

async function speak(text) {
  const heard = new Promise((resolve) => listener.once("notification", resolve));
  const spoken = new Promise((resolve) => {
    speaker.query("SELECT pg_notify('shared', $1)", [text], () => {
      console.log(`called back ${text}.`);
      resolve();
    });
  });
  await spoken;
  console.log(`spoke ${text}.`);
  await heard;
  return names.getStore();
}

module.exports = (request) => {
  const text = new URL(request.url).searchParams.get("speak");
  return names.run(text ?? "first", () => (text === null ? listen() : speak(text)));
};
