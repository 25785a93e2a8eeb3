// raw-body for bodies that are here whole.
//
// body-parser asks for the bytes of a request. What Skep hands to it is a copy with all of them in `wholeBody`; a body that is compressed
// comes as a stream, and goes to raw-body itself.
//
// Invariant: the answer comes before the call returns, so that a handler whose body is here runs at once.

"use strict";

const bytes = require("bytes");
const createError = require("http-errors");
const iconv = require("iconv-lite");
const readStream = require("raw-body-of-streams");

module.exports = function getRawBody(stream, options, done) {
  if (stream.wholeBody === undefined) return readStream(stream, options, done);
  const { wholeBody } = stream;
  const { encoding } = options;
  const limit = bytes.parse(options.limit);
  if (limit !== null && wholeBody.length > limit) {
    return done(createError(413, "request entity too large", { expected: wholeBody.length, length: wholeBody.length, limit, type: "entity.too.large" }));
  }
  if (!encoding) return done(null, wholeBody);
  if (!iconv.encodingExists(encoding)) return done(createError(415, "specified encoding unsupported", { encoding, type: "encoding.unsupported" }));
  return done(null, iconv.decode(wholeBody, encoding));
};
