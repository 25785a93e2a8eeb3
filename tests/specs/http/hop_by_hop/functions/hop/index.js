const ASKED = ["connection", "keep-alive", "te", "x-hop", "x-end"];

export default ({ headers }) => Response.json(
  ASKED.filter((name) => headers.has(name)),
  { headers: { "keep-alive": "timeout=5", upgrade: "h2c", "x-kept": "yes" } },
);
