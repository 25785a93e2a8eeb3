import { three } from "common/three.ts";
export default () => three;
