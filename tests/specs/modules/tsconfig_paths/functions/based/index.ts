import { text } from "lib/text";
export default () => text;
