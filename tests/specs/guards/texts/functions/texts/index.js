export default () => {
  const huge = "1".repeat(2 ** 27 + 1);
  const long = "a".repeat(2 ** 24);
  const needle = "a".repeat(2 ** 14);
  return {
    split: outcome(() => huge.split("").length),
    regularSplit: outcome(() => huge.split(/(?:)/).length),
    slice: outcome(() => [].slice.call(huge).length),
    from: outcome(() => Array.from(huge).length),
    match: outcome(() => huge.match(/1/g).length),
    replaceAll: outcome(() => huge.replaceAll("1", "2").length),
    parse: outcome(() => JSON.parse(huge)),
    deep: outcome(() => JSON.parse("[".repeat(100_001) + "]".repeat(100_001))),
    nested: outcome(() => JSON.parse("[".repeat(100_000) + "]".repeat(100_000)).length),
    brackets: outcome(() => JSON.parse(`["${"[".repeat(200_000)}", "\\"${"{".repeat(200_000)}"]`).length),
    mistake: outcome(() => JSON.parse("x".repeat(200_000))),
    normalize: outcome(() => huge.normalize().length),
    localeCompare: outcome(() => huge.localeCompare("1")),
    found: (long + "b").indexOf(needle + "b"),
    last: ("b" + long).lastIndexOf("b" + needle),
    missing: long.includes(needle + "c"),
    parts: `${long}-${long}`.split("-").length,
  };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
