// ajv: compiled schemas, references, errors, a keyword of one's own, coercion.
const Ajv = require("ajv").default;

module.exports = () => {
  const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true });
  ajv.addKeyword({ keyword: "even", type: "number", validate: (_schema, value) => value % 2 === 0 });
  ajv.addSchema({ $id: "address", type: "object", properties: { city: { type: "string" } }, required: ["city"] });
  const validate = ajv.compile({ type: "object", properties: { n: { type: "integer", even: true, minimum: 1 }, at: { $ref: "address" }, kind: { type: "string", default: "plain" } }, required: ["n"], additionalProperties: false });
  const value = { n: "4" };
  const good = validate(value);
  const bad = validate({ n: 3, at: {}, other: 1 });
  return { good, value, bad, errors: validate.errors.map(({ instancePath, message }) => [instancePath, message]) };
};
