// mysql2: a pool, prepared statements, types, a transaction, a stream, errors, TLS. The server is MariaDB.
const mysql = require("mysql2/promise");

const options = { host: process.env.MYSQL_HOST, port: Number(process.env.MYSQL_PORT), user: "skep", password: "secret", database: "skep", timezone: "Z" };
const pool = mysql.createPool({ ...options, connectionLimit: 4 });

async function transaction() {
  const connection = await pool.getConnection();
  await connection.beginTransaction();
  await connection.query("DELETE FROM mysql2_users");
  const [[within]] = await connection.query("SELECT count(*) AS n FROM mysql2_users");
  await connection.rollback();
  const [[after]] = await connection.query("SELECT count(*) AS n FROM mysql2_users");
  connection.release();
  return [within.n, after.n];
}

async function streamed() {
  const connection = await pool.getConnection();
  let sum = 0;
  for await (const { seq } of connection.connection.query("SELECT seq FROM seq_1_to_1000").stream()) sum += seq;
  connection.release();
  return sum;
}

async function overTls() {
  const connection = await mysql.createConnection({ ...options, ssl: { ca: process.env.CA } });
  const [[{ Value: cipher }]] = await connection.query("SHOW STATUS LIKE 'Ssl_version'");
  await connection.end();
  const strict = await mysql.createConnection({ ...options, ssl: {} }).catch(({ code }) => code);
  return { cipher, strict };
}

module.exports = async () => {
  await pool.query("DROP TABLE IF EXISTS mysql2_users");
  await pool.query("CREATE TABLE mysql2_users (id int AUTO_INCREMENT PRIMARY KEY, name varchar(50) UNIQUE, at datetime, price decimal(10, 2), raw blob, big bigint)");
  const [inserted] = await pool.execute("INSERT INTO mysql2_users (name, at, price, raw, big) VALUES (?, ?, ?, ?, ?)", ["ann", new Date(0), "12.50", Buffer.from([0, 255]), 9007199254740991n.toString()]);
  const [rows, fields] = await pool.execute("SELECT * FROM mysql2_users WHERE name = ?", ["ann"]);
  const failures = [];
  for (const text of ["SELEC 1", "INSERT INTO mysql2_users (name) VALUES ('ann')", "SELECT * FROM nowhere"]) failures.push(await pool.query(text).catch(({ code, errno, sqlState }) => ({ code, errno, sqlState })));
  return {
    inserted: [inserted.affectedRows, inserted.insertId],
    rows: rows.map((row) => ({ ...row, raw: row.raw.toString("hex") })),
    fields: fields.map(({ name }) => name),
    many: (await Promise.all(Array.from({ length: 20 }, (_, n) => pool.execute("SELECT ? + 1 AS n", [n])))).reduce((sum, [[{ n }]]) => sum + Number(n), 0),
    failures,
    transaction: await transaction(),
    streamed: await streamed(),
    overTls: await overTls(),
    wrong: await mysql.createConnection({ ...options, password: "wrong" }).catch(({ code }) => code),
    escaped: mysql.format("SELECT ? FROM ??", ["a'b", "t"]),
  };
};
