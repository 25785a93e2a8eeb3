import x from "ext:core/ops";
export default () => String(x);
