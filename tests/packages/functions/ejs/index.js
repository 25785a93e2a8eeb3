// ejs: texts, and files of the version with includes.
const path = require("path");
const ejs = require("ejs");

module.exports = async () => ({
  text: ejs.render("<% for (const x of xs) { %><li><%= x %></li><% } %><%- raw %>", { xs: ["a", "<b>"], raw: "<i>" }),
  file: await ejs.renderFile(path.join(__dirname, "views/page.ejs"), { name: "ann" }),
  async: await ejs.render("<%= await value %>", { value: Promise.resolve(3) }, { async: true }),
});
