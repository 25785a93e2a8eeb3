// `[env]` names what every object inherits: they are variables, and nothing else.
module.exports = (req, res) => {
  if (req.url.endsWith("/ok")) return res.send("ok");
  const wrong = [];
  for (const name of ["__proto__", "constructor", "toString", "then", "hasOwnProperty"]) {
    if (Object.getOwnPropertyDescriptor(process.env, name)?.value !== `a ${name}`) wrong.push(name);
  }
  if ({}.polluted !== undefined || typeof {}.toString !== "function" || Object.getPrototypeOf({}) !== Object.prototype) wrong.push("{}");
  const child = { ...process.env };
  if (Object.getPrototypeOf(child) !== Object.prototype || child.then !== "a then") wrong.push("a copy");
  res.status(wrong.length === 0 ? 200 : 500).send(wrong.join() || "variables");
};
