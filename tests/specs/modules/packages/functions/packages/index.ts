import { name } from "tiny";
import extra from "tiny/extra";
import { scoped } from "@scope/package";
import plain from "plain";

export default () => [name, extra, scoped, plain];
