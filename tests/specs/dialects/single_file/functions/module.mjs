export default () => "from module.mjs";
