// kysely: typed queries, a transaction and a stream over pg.
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import Cursor from "pg-cursor";

const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ max: 2 }), cursor: Cursor }) });

export default async () => {
  await db.schema.dropTable("kysely_people").ifExists().execute();
  await db.schema.createTable("kysely_people").addColumn("id", "serial", (column) => column.primaryKey()).addColumn("name", "text", (column) => column.notNull()).addColumn("age", "integer").execute();
  const inserted = await db.insertInto("kysely_people").values([{ name: "ann", age: 3 }, { name: "bob", age: 5 }]).returning(["id", "name"]).execute();
  const undone = await db.transaction().execute(async (trx) => { await trx.deleteFrom("kysely_people").execute(); throw new Error("undo"); }).catch((error) => error.message);
  const streamed = [];
  for await (const { name } of db.selectFrom("kysely_people").select("name").orderBy("id").stream(1)) streamed.push(name);
  return {
    inserted,
    undone,
    streamed,
    ages: await db.selectFrom("kysely_people").select((eb) => [eb.fn.sum("age").as("sum"), sql`max(length(name))`.as("longest")]).executeTakeFirst(),
    compiled: db.selectFrom("kysely_people").selectAll().where("age", ">", 3).orderBy("name").compile().sql,
  };
};
