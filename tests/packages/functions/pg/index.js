// pg: a pool with twenty queries at once, TLS, SCRAM, prepared statements, notifications, errors, a transaction, a cursor and a stream.
const { Pool, Client } = require("pg");
const Cursor = require("pg-cursor");
const QueryStream = require("pg-query-stream");

// PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE are in the environment, as pg reads them.
const pool = new Pool({ max: 5 });

async function many() {
  const numbers = Array.from({ length: 20 }, (_, n) => n);
  const results = await Promise.all(numbers.map((n) => pool.query("SELECT $1::int * 2 AS n, pg_backend_pid() AS pid", [n])));
  return { sum: results.reduce((sum, { rows }) => sum + rows[0].n, 0), connections: new Set(results.map(({ rows }) => rows[0].pid)).size <= 5, total: pool.totalCount };
}

async function overTls() {
  const trusting = new Client({ ssl: { ca: process.env.CA } });
  await trusting.connect();
  const { rows } = await trusting.query("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  await trusting.end();
  const strict = await new Client({ ssl: true }).connect().catch((error) => error.code);
  return { rows, strict };
}

async function wrongPassword() {
  const error = await new Client({ password: "wrong" }).connect().catch((caught) => caught);
  return [error.code, error.severity, error.message];
}

async function prepared(client) {
  const query = (name) => client.query({ name: "by-name", text: "SELECT id, name, at, tags, data FROM pg_users WHERE name = $1", values: [name] });
  const rows = [(await query("ann")).rows, (await query("bob")).rows];
  const known = await client.query("SELECT name FROM pg_prepared_statements");
  return { rows, known: known.rows };
}

async function notified(client) {
  const heard = new Promise((resolve) => client.once("notification", resolve));
  await client.query("LISTEN news");
  await pool.query("SELECT pg_notify('news', $1)", ["hello"]);
  const { channel, payload } = await heard;
  return { channel, payload };
}

async function failures(client) {
  const codes = [];
  for (const text of ["SELEC 1", "SELECT * FROM nowhere", "INSERT INTO pg_users (name) VALUES ('ann')", "SELECT 1 / 0"]) {
    const { code, constraint, position } = await client.query(text).catch((error) => error);
    codes.push({ code, constraint, position });
  }
  return codes;
}

async function transaction(client) {
  await client.query("BEGIN");
  await client.query("DELETE FROM pg_users");
  const within = (await client.query("SELECT count(*) FROM pg_users")).rows[0].count;
  await client.query("ROLLBACK");
  return [within, (await client.query("SELECT count(*) FROM pg_users")).rows[0].count];
}

async function inPieces(client) {
  const cursor = client.query(new Cursor("SELECT generate_series(1, 10) AS n"));
  const first = (await cursor.read(4)).map(({ n }) => n);
  const second = (await cursor.read(100)).map(({ n }) => n);
  await cursor.close();
  let sum = 0;
  for await (const { n } of client.query(new QueryStream("SELECT generate_series(1, 5000) AS n", [], { batchSize: 100 }))) sum += n;
  return { first, second, sum };
}

module.exports = async () => {
  const client = await pool.connect();
  try {
    await client.query("DROP TABLE IF EXISTS pg_users");
    await client.query("CREATE TABLE pg_users (id serial PRIMARY KEY, name text UNIQUE, at timestamptz, tags text[], data jsonb, raw bytea)");
    const insert = "INSERT INTO pg_users (name, at, tags, data, raw) VALUES ($1, $2, $3, $4, $5) RETURNING id, raw";
    const inserted = await client.query(insert, ["ann", new Date(0), ["a", "b,c"], { deep: [1, null] }, Buffer.from([0, 255])]);
    await client.query(insert, ["bob", null, null, null, null]);
    const long = "x".repeat(300_000);
    return {
      inserted: [inserted.command, inserted.rowCount, inserted.rows[0].id, inserted.rows[0].raw.toString("hex"), inserted.fields.map(({ name, dataTypeID }) => [name, dataTypeID])],
      many: await many(),
      overTls: await overTls(),
      wrongPassword: await wrongPassword(),
      prepared: await prepared(client),
      notified: await notified(client),
      failures: await failures(client),
      transaction: await transaction(client),
      inPieces: await inPieces(client),
      long: (await client.query("SELECT $1::text AS long", [long])).rows[0].long === long,
    };
  } finally {
    client.release();
  }
};
