import EventEmitter, { once } from "events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as os from "os";
import { Readable } from "stream";
import { inspect } from "util";

export default () => {
  new EventEmitter().emit("x");
  return [typeof readFileSync, typeof join, typeof inspect, typeof Readable, typeof once, typeof os];
};
