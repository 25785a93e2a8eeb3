// Built-ins of Node that few requests need: they load when one does.

"use strict";

const late = (load, names) => Object.fromEntries(names.map((name) => [name, (...given) => load()[name](...given)]));

exports.crypto = late(() => require("node:crypto"), ["createHash", "createHmac", "timingSafeEqual"]);
exports.fs = late(() => require("fs"), ["readFileSync"]);
exports.zlib = late(() => require("node:zlib"), ["createBrotliDecompress", "createGunzip", "createInflate"]);
