// postgres: tagged queries, a transaction that rolls back, a cursor, notifications, errors, TLS.
import postgres from "postgres";

const options = { max: 3, onnotice() {} };
const sql = postgres(options);

export default async () => {
  await sql`DROP TABLE IF EXISTS postgres_items`;
  await sql`CREATE TABLE postgres_items (id int PRIMARY KEY, name text, data jsonb)`;
  const inserted = await sql`INSERT INTO postgres_items ${sql([{ id: 1, name: "a", data: sql.json({ x: 1 }) }, { id: 2, name: "b", data: null }])} RETURNING *`;
  const rolledBack = await sql.begin(async (within) => {
    await within`DELETE FROM postgres_items`;
    throw new Error("undo");
  }).catch((error) => error.message);
  const pieces = [];
  for await (const rows of sql`SELECT generate_series(1, 5) AS n`.cursor(2)) pieces.push(rows.map(({ n }) => n));
  const heard = new Promise((resolve) => { sql.listen("postgres_news", resolve, () => sql.notify("postgres_news", "hello")); });
  const error = await sql`SELECT * FROM nowhere`.catch(({ code, routine }) => ({ code, routine }));
  const secure = postgres({ ...options, ssl: { ca: process.env.CA } });
  const tls = await secure`SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
  await secure.end();
  const parallel = await Promise.all([1, 2, 3, 4, 5].map((n) => sql`SELECT ${n}::int AS n`.then(([row]) => row.n)));
  return { inserted: [...inserted], rolledBack, count: (await sql`SELECT count(*)::int FROM postgres_items`)[0].count, pieces, heard: await heard, error, tls: [...tls], parallel };
};
