// cheerio: selectors, changes, forms, fragments.
const cheerio = require("cheerio");

module.exports = () => {
  const $ = cheerio.load("<ul id=list><li class=a>1</li><li>2 &amp; 3</li></ul><form><input name=x value=y></form>");
  $("li.a").attr("data-n", "1").after("<li>new</li>");
  return { texts: $("li").map((_, element) => $(element).text()).get(), html: $("#list").html(), form: $("form").serializeArray(), closest: $("li.a").closest("ul").attr("id"), extracted: $.extract({ items: ["li"] }) };
};
