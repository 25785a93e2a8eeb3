// One pool of pg for all calls of the instance. Each call logs behind awaits and from callbacks, and keeps its name in AsyncLocalStorage.
const { AsyncLocalStorage, AsyncResource } = require("async_hooks");
const { Pool } = require("pg");

const pool = new Pool({ max: 2, application_name: "shared-pool" });
const names = new AsyncLocalStorage();
const QUERY = "SELECT $1::text AS name, pg_sleep(random() / 100)";

// pg calls back from the connection, whoever opened it: in Node too, a callback has the storage of its call only if it is bound.
function calledBack(name) {
  return new Promise((resolve, reject) => {
    const callback = AsyncResource.bind((error, result) => {
      if (error) return reject(error);
      console.log(`called back ${name}.`);
      return resolve([result.rows[0].name, names.getStore()]);
    });
    pool.query(QUERY, [name], callback);
  });
}

async function awaited(name) {
  const { rows } = await pool.query(QUERY, [name]);
  console.log(`awaited ${name}.`);
  return [rows[0].name, names.getStore()];
}

async function rounds(name) {
  const seen = [];
  for (let round = 0; round < 5; round++) seen.push(await calledBack(name), await awaited(name));
  return seen;
}

async function connections() {
  const { rows } = await pool.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'shared-pool' ORDER BY pid");
  return rows.map(({ pid }) => pid);
}

module.exports = (request) => {
  const asked = new URL(request.url).searchParams;
  if (asked.has("connections")) return connections();
  if (asked.has("spin")) for (;;);
  const name = asked.get("name");
  return names.run(name, () => rounds(name));
};
