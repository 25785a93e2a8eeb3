import { here } from "../_shared/here.js";

export default () => [import.meta.url, here];
