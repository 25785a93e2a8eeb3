import { one } from "./one.js";

const two = await new Promise((resolve) => setTimeout(() => resolve("two"), 5));

export default () => `ready: ${one} ${two}`;
