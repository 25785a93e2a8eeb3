// joi: objects, references, alternatives, messages.
const Joi = require("joi");

const schema = Joi.object({ name: Joi.string().alphanum().min(3).required(), mail: Joi.string().email(), from: Joi.date().iso(), to: Joi.date().iso().greater(Joi.ref("from")), size: Joi.alternatives(Joi.number(), Joi.string().valid("big")) });

module.exports = () => ({
  good: schema.validate({ name: "abc", mail: "a@b.com", from: "2020-01-01", to: "2020-01-02", size: "big" }),
  bad: schema.validate({ name: "a", from: "2020-01-02", to: "2020-01-01", size: "small" }, { abortEarly: false }).error.details.map(({ message, path }) => [message, path]),
  described: schema.describe().keys.name.rules,
});
