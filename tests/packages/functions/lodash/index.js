// lodash: collections, objects, strings, functions, a template.
const _ = require("lodash");

module.exports = () => {
  let calls = 0;
  const once = _.once(() => ++calls);
  once();
  once();
  const original = { a: { b: [1, new Date(0), new Map([[1, 2]])] } };
  return {
    grouped: _.groupBy([1.1, 1.5, 2.2], Math.floor),
    merged: _.merge({ a: { b: 1 } }, { a: { c: 2 } }),
    cased: [_.camelCase("foo bar"), _.kebabCase("fooBar"), _.startCase("foo_bar")],
    got: _.get({ a: [{ b: 3 }] }, "a[0].b"),
    cloned: [_.isEqual(_.cloneDeep(original), original), _.cloneDeep(original) !== original],
    chained: _([3, 1, 2]).sortBy().map((n) => n * 2).filter((n) => n > 2).value(),
    calls,
    template: _.template("<b><%- name %></b>")({ name: "<x>" }),
    memo: _.memoize((n) => n + 1)(1),
  };
};
