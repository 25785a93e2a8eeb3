// drizzle-orm: typed tables, relations, a transaction over pg.
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, serial, text, integer, jsonb } from "drizzle-orm/pg-core";
import { eq, sql, desc, relations, count } from "drizzle-orm";
import pg from "pg";

const authors = pgTable("drizzle_authors", { id: serial("id").primaryKey(), name: text("name").notNull().unique() });
const books = pgTable("drizzle_books", { id: serial("id").primaryKey(), title: text("title"), authorId: integer("author_id").references(() => authors.id), meta: jsonb("meta") });
const authorRelations = relations(authors, ({ many }) => ({ books: many(books) }));
const bookRelations = relations(books, ({ one }) => ({ author: one(authors, { fields: [books.authorId], references: [authors.id] }) }));
const db = drizzle(new pg.Pool({ max: 2 }), { schema: { authors, books, authorRelations, bookRelations } });

export default async () => {
  await db.execute(sql`DROP TABLE IF EXISTS drizzle_books, drizzle_authors`);
  await db.execute(sql`CREATE TABLE drizzle_authors (id serial PRIMARY KEY, name text NOT NULL UNIQUE)`);
  await db.execute(sql`CREATE TABLE drizzle_books (id serial PRIMARY KEY, title text, author_id int REFERENCES drizzle_authors, meta jsonb)`);
  const [ann] = await db.insert(authors).values({ name: "ann" }).returning();
  await db.transaction((tx) => tx.insert(books).values([{ title: "one", authorId: ann.id, meta: { pages: 1 } }, { title: "two", authorId: ann.id }]));
  const undone = await db.transaction(async (tx) => { await tx.delete(books); tx.rollback(); }).catch((error) => error.constructor.name);
  return {
    undone,
    nested: await db.query.authors.findMany({ with: { books: { columns: { title: true }, orderBy: desc(books.id) } } }),
    counted: await db.select({ name: authors.name, books: count(books.id) }).from(authors).leftJoin(books, eq(books.authorId, authors.id)).groupBy(authors.name),
    error: await db.insert(authors).values({ name: "ann" }).catch(({ cause }) => cause.code),
  };
};
