// The first call opens a connection that hears notifications; later calls notify. What is heard then belongs to no call.
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
  await speaker.query("SELECT pg_notify('shared', $1)", [text]);
  console.log(`spoke ${text}.`);
  await heard;
  return "spoken";
}

module.exports = (request) => {
  const text = new URL(request.url).searchParams.get("speak");
  return names.run(text ?? "first", () => (text === null ? listen() : speak(text)));
};
