// csv-parse: at once and as a stream, quotes, types, errors.
const { Readable } = require("stream");
const { parse: parser } = require("csv-parse");
const { parse } = require("csv-parse/sync");

module.exports = async () => {
  const streamed = [];
  for await (const record of Readable.from(["a;b\n1;", "2\n3;4\n"]).pipe(parser({ delimiter: ";", columns: true, cast: true }))) streamed.push(record);
  let wrong;
  try { parse("a,b\n1\n"); } catch ({ code }) { wrong = code; }
  return { atOnce: parse('a,b\n1,"x,""y"\n', { columns: true }), streamed, wrong };
};
