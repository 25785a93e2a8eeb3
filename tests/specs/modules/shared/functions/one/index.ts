import { next } from "../_shared/count.ts";

export default () => next("one");
