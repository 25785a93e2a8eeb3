// iconv-lite as far as body-parser and raw-body use it, over TextDecoder.
//
// Invariant: an encoding that TextDecoder does not know is refused in iconv-lite's words, which raw-body looks for.

"use strict";

const { Buffer } = require("node:buffer");

/** What the web's names mean otherwise: there `latin1` is windows-1252. */
const BYTES = new Set(["latin1", "iso-8859-1", "iso88591", "binary", "ascii", "us-ascii"]);

function decoderOf(encoding) {
  const name = String(encoding).toLowerCase();
  if (BYTES.has(name)) return { write: (bytes) => Buffer.from(bytes).toString("latin1"), end: () => "" };
  let decoder;
  try {
    decoder = new TextDecoder(name);
  } catch {
    throw new Error(`Encoding not recognized: '${encoding}' (searched as: '${name}')`);
  }
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

function encodingExists(encoding) {
  try {
    decoderOf(encoding);
    return true;
  } catch {
    return false;
  }
}

function decode(bytes, encoding) {
  const decoder = decoderOf(encoding);
  return decoder.write(bytes) + decoder.end();
}

module.exports = { decode, encodingExists, getDecoder: decoderOf };
