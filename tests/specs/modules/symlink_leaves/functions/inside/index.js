import { text } from "./text.js";

export default () => text;
