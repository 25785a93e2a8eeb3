import x from "../../../../../../../etc/passwd";
export default () => String(x);
