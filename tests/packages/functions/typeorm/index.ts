// typeorm: entities by decorators, relations, a transaction over pg.
import "reflect-metadata";
import "pg"; // typeorm requires its driver by a computed name, which finds only what something names.
import { Column, DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from "typeorm";

@Entity({ name: "typeorm_authors" })
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) name!: string;
  @OneToMany(() => Book, (book) => book.author, { cascade: true }) books!: Book[];
}

@Entity({ name: "typeorm_books" })
class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @Column({ type: "simple-json", nullable: true }) meta!: unknown;
  @ManyToOne("Author", "books") author!: unknown;
}

const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE } = process.env;
const source = new DataSource({ type: "postgres", host: PGHOST, port: Number(PGPORT), username: PGUSER, password: PGPASSWORD, database: PGDATABASE, entities: [Author, Book], poolSize: 2 });
const ready = source.initialize();

export default async () => {
  await ready;
  await source.query("DROP TABLE IF EXISTS typeorm_books, typeorm_authors");
  await source.synchronize();
  const authors = source.getRepository(Author);
  const ann = await authors.save(authors.create({ name: "ann", books: [{ title: "one", meta: { pages: 1 } }, { title: "two", meta: null }] }));
  const undone = await source.transaction(async (manager) => { await manager.createQueryBuilder().delete().from(Book).execute(); throw new Error("undo"); }).catch((error) => error.message);
  return {
    id: ann.id,
    undone,
    found: await authors.find({ relations: { books: true }, order: { books: { id: "ASC" } } }),
    counted: await source.createQueryBuilder(Book, "b").where("b.title LIKE :like", { like: "o%" }).getCount(),
    error: await authors.insert({ name: "ann" }).catch((error) => [error.name, error.driverError.code]),
    type: Reflect.getMetadata("design:type", Author.prototype, "name").name,
  };
};
