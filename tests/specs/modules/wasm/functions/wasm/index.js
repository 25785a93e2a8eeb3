import { add } from "./add.wasm";
import * as all from "./add.wasm";
import module from "./add.wasm";
import source again from "./add.wasm";
import { answer } from "./env.wasm";
import { logged } from "./env.js";
import { run } from "./env.wasm";
import fs from "node:fs";

export default async () => {
  if (logged.length === 0) run();
  const dynamic = await import("./add.wasm");
  const response = await fetch(new URL("./add.wasm", import.meta.url));
  if (response.headers.get("content-type") !== "application/wasm" || fs.readFileSync(new URL("./add.wasm", import.meta.url)).length < 8) return "not a file";
  return {
    named: add(2, 3),
    all: all.add(3, 4),
    module: new WebAssembly.Instance(module).exports.add(4, 5),
    source: again instanceof WebAssembly.Module,
    same: again === module && all.default === module,
    dynamic: dynamic.add(5, 6),
    logged,
    answer,
    fetched: [...new Uint8Array(await response.arrayBuffer()).subarray(0, 4)],
  };
};
