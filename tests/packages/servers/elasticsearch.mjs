// A stand-in for Elasticsearch: documents of one index in memory, a search that counts, and the header that the client insists on.
import http from "node:http";
import { bodyOf, json } from "./echo.mjs";

const documents = new Map();
const PRODUCT = { "x-elastic-product": "Elasticsearch", "content-type": "application/vnd.elasticsearch+json;compatible-with=9" };

function bulk(text) {
  const lines = text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const items = [];
  for (let at = 0; at < lines.length; at += 2) {
    documents.set(lines[at].index._id, lines[at + 1]);
    items.push({ index: { _id: lines[at].index._id, status: 201 } });
  }
  return { errors: false, items };
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://x");
  const body = String(await bodyOf(request));
  const say = (value, status) => json(response, value, PRODUCT, status);
  if (pathname === "/") return say({ name: "stand-in", version: { number: "9.0.0" }, tagline: "You Know, for Search" });
  if (pathname.endsWith("/_bulk")) return say(bulk(body));
  if (pathname.endsWith("/_search")) {
    const { query } = JSON.parse(body);
    const [[field, value]] = Object.entries(query.match);
    const hits = [...documents].filter(([, document]) => String(document[field]).includes(value)).map(([_id, _source]) => ({ _id, _source }));
    return say({ took: 1, hits: { total: { value: hits.length, relation: "eq" }, hits } });
  }
  const id = pathname.split("/").at(-1);
  if (request.method === "PUT" || request.method === "POST") {
    documents.set(id, JSON.parse(body));
    return say({ _id: id, result: "created" }, 201);
  }
  if (!documents.has(id)) return say({ _id: id, found: false }, 404);
  return say({ _id: id, found: true, _source: documents.get(id) });
}

export const elasticsearch = () => ({ server: http.createServer(answer) });
