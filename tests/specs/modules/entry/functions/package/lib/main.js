export default () => "lib/main.js";
