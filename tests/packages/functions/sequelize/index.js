// sequelize: models, an association, a transaction over pg.
const { Sequelize, DataTypes, Op } = require("sequelize");

const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE } = process.env;
const sequelize = new Sequelize(PGDATABASE, PGUSER, PGPASSWORD, { host: PGHOST, port: PGPORT, dialect: "postgres", dialectModule: require("pg"), logging: false, pool: { max: 2 } });
const Author = sequelize.define("author", { name: { type: DataTypes.STRING, unique: true, validate: { len: [2, 10] } } }, { timestamps: false, tableName: "sequelize_authors" });
const Book = sequelize.define("book", { title: DataTypes.STRING, meta: DataTypes.JSONB }, { timestamps: false, tableName: "sequelize_books" });
Author.hasMany(Book);
Book.belongsTo(Author);

module.exports = async () => {
  await sequelize.sync({ force: true });
  const ann = await Author.create({ name: "ann", books: [{ title: "one", meta: { pages: 1 } }, { title: "two" }] }, { include: Book });
  const undone = await sequelize.transaction(async (transaction) => { await Book.destroy({ where: {}, transaction }); throw new Error("undo"); }).catch((error) => error.message);
  return {
    id: ann.id,
    undone,
    found: await Author.findAll({ include: { model: Book, where: { title: { [Op.like]: "o%" } } } }),
    count: await Book.count(),
    unique: await Author.create({ name: "ann" }).catch(({ name, parent }) => [name, parent.code]),
    invalid: await Author.create({ name: "a" }).catch(({ errors }) => errors.map(({ message }) => message)),
  };
};
