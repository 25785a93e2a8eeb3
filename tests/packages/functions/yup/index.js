// yup: objects, casts, conditions, messages.
const yup = require("yup");

const schema = yup.object({ name: yup.string().required().min(2), age: yup.number().positive().integer(), big: yup.boolean(), size: yup.number().when("big", { is: true, then: (size) => size.min(10) }), since: yup.date().default(() => new Date(0)) });

module.exports = async () => ({
  good: await schema.validate({ name: "ann", age: "3" }),
  bad: await schema.validate({ name: "a", age: -1, big: true, size: 1 }, { abortEarly: false }).catch(({ errors }) => errors),
  cast: schema.cast({ name: 5, age: "7", since: "2020-01-01" }),
});
