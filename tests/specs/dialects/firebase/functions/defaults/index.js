const { onRequest } = require("firebase-functions/v2/https");
const { defineBoolean, defineInt, defineList, defineString } = require("firebase-functions/params");
const size = defineInt("SIZE", { default: 3 });
const given = defineString("GIVEN", { default: "default" });
const copy = defineString("COPY", { default: given });
const is = defineBoolean("IS", { default: true });
const list = defineList("LIST", { default: ["a", "b"] });
exports.defaults = onRequest((_request, res) => res.json([size.value(), given.value(), copy.value(), is.value(), list.value(), process.env.SIZE]));
