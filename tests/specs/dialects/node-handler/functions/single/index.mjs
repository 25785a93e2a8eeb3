// Default export of an ES module, by the names of its parameters.
export default async function handler(_req, _res) {
  _res.status(200).json({ hello: _req.query.name ?? "world", again: _req.query.list ?? null });
}
