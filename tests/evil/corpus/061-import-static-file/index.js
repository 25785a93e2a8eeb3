import x from "file:///etc/passwd";
export default () => String(x);
