import x from "node:fs";
export default () => String(x);
