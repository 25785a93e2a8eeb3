// prisma: the generated client with the driver adapter of pg; `prisma generate` made `_prisma`.
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "../_prisma/client";

const { PGUSER, PGPASSWORD, PGHOST, PGPORT, PGDATABASE } = process.env;
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: `postgres://${PGUSER}:${PGPASSWORD}@${PGHOST}:${PGPORT}/${PGDATABASE}` }) });

export default async () => {
  await prisma.$executeRawUnsafe('DROP TABLE IF EXISTS "Book", "Author"');
  await prisma.$executeRawUnsafe('CREATE TABLE "Author" (id serial PRIMARY KEY, name text UNIQUE NOT NULL)');
  await prisma.$executeRawUnsafe('CREATE TABLE "Book" (id serial PRIMARY KEY, title text NOT NULL, "authorId" int NOT NULL REFERENCES "Author")');
  const author = await prisma.author.create({ data: { name: "ann", books: { create: [{ title: "one" }, { title: "two" }] } }, include: { books: true } });
  const undone = await prisma.$transaction(async (tx) => { await tx.book.deleteMany(); throw new Error("undo"); }).catch((error) => error.message);
  return {
    author,
    undone,
    count: await prisma.book.count({ where: { author: { name: { startsWith: "a" } } } }),
    raw: await prisma.$queryRaw`SELECT ${1}::int + 1 AS n`,
    error: await prisma.author.create({ data: { name: "ann" } }).catch(({ name, code }) => ({ name, code })),
  };
};
