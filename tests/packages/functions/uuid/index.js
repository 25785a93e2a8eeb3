// uuid: random ones, ones of names, order, validation.
const { NIL, parse, stringify, v1, v4, v5, v7, validate, version } = require("uuid");

module.exports = () => {
  const ordered = [v7({ msecs: 1 }), v7({ msecs: 2 })];
  return { named: v5("hello", v5.URL), versions: [v1(), v4(), v7()].map(version), ordered: [...ordered].sort().join() === ordered.join(), valid: [validate(NIL), validate("x")], again: stringify(parse("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")), given: v4({ random: Buffer.alloc(16, 7) }) };
};
