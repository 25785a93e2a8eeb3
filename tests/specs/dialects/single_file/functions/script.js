export default () => "from script.js";
