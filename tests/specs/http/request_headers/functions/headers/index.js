export default ({ headers }) => ({
  "x-many": headers.get("X-MANY"),
  cookie: headers.get("cookie"),
  "x-empty": headers.get("x-empty"),
  missing: headers.get("x-missing"),
  names: [...headers.keys()].every((name) => name === name.toLowerCase()),
});
