// marked: tables, code, links, an extension.
const { Marked } = require("marked");

const marked = new Marked({ gfm: true, renderer: { link: ({ href, text }) => `<a rel="nofollow" href="${href}">${text}</a>` } });

module.exports = async () => marked.parse("# hi\n\n- a\n- **b** `c`\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n```js\na < b\n```\n\n[t](https://x.org) ~~gone~~\n");
