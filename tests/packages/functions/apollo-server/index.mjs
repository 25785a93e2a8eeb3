// @apollo/server on Express: a query with variables, a list, errors.
import { ApolloServer, HeaderMap } from "@apollo/server";
import express from "express";

const typeDefs = "type Book { title: String, pages: Int } type Query { books(title: String): [Book], broken: String }";
const books = [{ title: "one", pages: 1 }, { title: "two", pages: 2 }];
const resolvers = { Query: { books: (_root, { title }) => books.filter((book) => !title || book.title === title), broken: () => { throw new Error("broken"); } } };
const server = new ApolloServer({ typeDefs, resolvers, includeStacktraceInErrorResponses: false });
await server.start();

const app = express();
app.post("/graphql", express.json(), async (request, response) => {
  const headers = new HeaderMap(Object.entries(request.headers));
  const { status, headers: answered, body } = await server.executeHTTPGraphQLRequest({ httpGraphQLRequest: { method: "POST", headers, search: "", body: request.body }, context: async () => ({}) });
  response.status(status ?? 200).set(Object.fromEntries(answered)).send(body.string);
});
app.listen(3000);
