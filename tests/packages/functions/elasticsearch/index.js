// @elastic/elasticsearch: documents, a bulk request, a search, errors.
const { Client, errors } = require("@elastic/elasticsearch");

const client = new Client({ node: process.env.ELASTIC_URL, auth: { username: "elastic", password: "secret" } });

module.exports = async () => {
  const indexed = await client.index({ index: "books", id: "1", document: { title: "a dog" } });
  const bulk = await client.bulk({ operations: [{ index: { _index: "books", _id: "2" } }, { title: "a cat" }, { index: { _index: "books", _id: "3" } }, { title: "two cats" }] });
  const found = await client.search({ index: "books", query: { match: { title: "cat" } } });
  return {
    info: (await client.info()).tagline,
    indexed: indexed.result,
    bulk: [bulk.errors, bulk.items.length],
    found: found.hits.hits.map(({ _id, _source }) => [_id, _source.title]),
    got: (await client.get({ index: "books", id: "1" }))._source,
    absent: await client.get({ index: "books", id: "9" }).catch((error) => [error.name, error.statusCode, error instanceof errors.ResponseError]),
    refused: await new Client({ node: "http://127.0.0.1:1", maxRetries: 0 }).info().catch(({ name }) => name),
  };
};
