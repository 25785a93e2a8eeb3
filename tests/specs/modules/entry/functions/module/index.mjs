export default () => "index.mjs";
