// knex: a schema, queries, a transaction and a stream over pg.
const knex = require("knex")({ client: "pg", connection: {}, pool: { min: 0, max: 3 } });

module.exports = async () => {
  await knex.schema.dropTableIfExists("knex_books").dropTableIfExists("knex_authors");
  await knex.schema.createTable("knex_authors", (table) => { table.increments(); table.string("name").notNullable().unique(); });
  await knex.schema.createTable("knex_books", (table) => { table.increments(); table.string("title"); table.integer("author_id").references("knex_authors.id"); table.jsonb("meta"); });
  const [{ id }] = await knex("knex_authors").insert({ name: "ann" }).returning("id");
  await knex.transaction((trx) => trx("knex_books").insert([{ title: "one", author_id: id, meta: { pages: 10 } }, { title: "two", author_id: id }]));
  const undone = await knex.transaction(async (trx) => { await trx("knex_books").del(); throw new Error("undo"); }).catch((error) => error.message);
  const titles = [];
  for await (const row of knex("knex_books").select("title").orderBy("id").stream()) titles.push(row.title);
  return {
    undone,
    titles,
    joined: await knex("knex_books as b").join("knex_authors as a", "a.id", "b.author_id").select("a.name", "b.title", "b.meta").where("b.title", "like", "o%"),
    count: await knex("knex_books").count("* as n").first(),
    error: await knex("knex_authors").insert({ name: "ann" }).catch(({ code, constraint }) => ({ code, constraint })),
    sql: knex("t").where({ a: 1 }).whereIn("b", [1, 2]).orderBy("c", "desc").limit(3).toString(),
  };
};
