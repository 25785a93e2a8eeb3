import x from "not-installed";

export default () => x;
