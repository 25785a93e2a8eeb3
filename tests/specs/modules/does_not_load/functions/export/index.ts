import { noSuchExport } from "./other.ts";

export default () => noSuchExport;
