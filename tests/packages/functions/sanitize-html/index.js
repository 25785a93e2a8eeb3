// sanitize-html: what stays, what goes, what is changed.
const sanitize = require("sanitize-html");

module.exports = () => [
  sanitize("<b onclick=x>a</b><script>1</script><a href='javascript:1'>q</a>"),
  sanitize("<p style='color:red;position:fixed'>x</p>", { allowedAttributes: { p: ["style"] }, allowedStyles: { "*": { color: [/^red$/] } } }),
  sanitize("<h1>x</h1>", { transformTags: { h1: "h2" }, allowedTags: ["h2"] }),
];
