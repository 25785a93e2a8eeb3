// mime-types over a table that build.mjs makes of mime-db with the package itself: which type an extension has, and which types have a charset.
//
// The package fills maps of a thousand entries when it loads; here a text is searched when a type is asked for.
//
// Invariant: it answers as the package does.

"use strict";

const { extname } = require("node:path");
const { charsets, types } = require("mime-table");

const TYPE = /^\s*([^;\s]*)(?:;|\s|$)/;
const TEXT = /^text\//i;
const EXTENSION = /^[^\s]+$/;

function charset(type) {
  if (!type || typeof type !== "string") return false;
  const match = TYPE.exec(type);
  const key = match && match[1].toLowerCase();
  if (match && Object.hasOwn(charsets, key)) return charsets[key];
  return match && TEXT.test(match[1]) ? "UTF-8" : false;
}

/** The lines of `types` are a type and its extensions, with a space behind each. */
function lookup(path) {
  if (!path || typeof path !== "string") return false;
  const extension = extname(`x.${path}`).toLowerCase().slice(1);
  if (!EXTENSION.test(extension)) return false;
  const at = types.indexOf(` ${extension} `);
  if (at === -1) return false;
  const from = types.lastIndexOf("\n", at) + 1;
  return types.slice(from, types.indexOf(" ", from));
}

function contentType(text) {
  if (!text || typeof text !== "string") return false;
  const type = text.includes("/") ? text : lookup(text);
  if (!type || type.includes("charset")) return type;
  const own = charset(type);
  return own ? `${type}; charset=${own.toLowerCase()}` : type;
}

module.exports = { charset, contentType, lookup };
