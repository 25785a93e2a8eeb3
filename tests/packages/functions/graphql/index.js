// graphql: a schema, a query with variables and fragments, validation, introspection.
const { buildSchema, graphql, introspectionFromSchema, parse, print, validate } = require("graphql");

const schema = buildSchema("type Book { title: String!, pages: Int } type Query { book(title: String!): Book, broken: Int! }");
const rootValue = { book: ({ title }) => ({ title, pages: 3 }), broken: () => { throw new Error("broken"); } };

module.exports = async () => ({
  found: await graphql({ schema, rootValue, source: "query Q($t: String!) { book(title: $t) { ...B } } fragment B on Book { title pages }", variableValues: { t: "x" } }),
  broken: await graphql({ schema, rootValue, source: "{ broken }" }),
  invalid: validate(schema, parse("{ nothing }")).map(({ message }) => message),
  printed: print(parse("{a(b:1){c}}")),
  types: introspectionFromSchema(schema).__schema.types.length,
});
