// handlebars: helpers, partials, blocks, escapes.
const Handlebars = require("handlebars");

Handlebars.registerHelper("up", (text) => text.toUpperCase());
Handlebars.registerHelper("list", (items, options) => items.map((item) => options.fn(item)).join(";"));
Handlebars.registerPartial("greet", "Hello {{name}}");
const template = Handlebars.compile("{{#each xs}}<{{up this}}>{{else}}none{{/each}} {{{raw}}} {{escaped}} {{> greet name='ann'}} {{#list xs}}[{{this}}]{{/list}}");

module.exports = () => [template({ xs: ["a", "b&"], raw: "<i>", escaped: "<i>" }), template({ xs: [] }), Handlebars.precompile("{{a}}").length > 50];
