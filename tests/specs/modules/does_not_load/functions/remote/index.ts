import x from "https://example.com/x.ts";

export default () => x;
