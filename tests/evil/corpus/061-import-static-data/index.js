import x from "data:text/javascript,export default 1";
export default () => String(x);
