import os = require("os");
import { join } from "node:path";
import b = require("./b.cjs");
import type { Shape } from "./shape";

const shape: Shape = { a: 1 };

export = async (_request: Request): Promise<object> => ({
  sum: b.sum(shape.a, 2),
  name: join("a", "..", "b"),
  platform: os.platform(),
  place: b.place().includes("/ts/b.cts:5:"),
});
