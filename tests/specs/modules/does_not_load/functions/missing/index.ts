import { x } from "./nowhere.ts";

export default () => x;
