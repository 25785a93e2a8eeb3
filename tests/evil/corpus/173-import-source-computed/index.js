// The source phase of what is no WebAssembly, and of what is, by names that only the code knows.
import bytes from "./add.wasm" with { type: "bytes" };
import "./add.wasm";
import "./plain.js";

const text = (value) => value;
export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const attempts = [
    () => import.source(text("./plain.js")),
    () => import.source(text("./add.wasm")),
    () => import.source(text("./gone.wasm")),
    () => import(text("./add.wasm"), { with: { type: "bytes" } }),
    () => import(text("./add.wasm"), { with: { type: "text" } }),
    () => import(text("./add.wasm"), { with: { type: "json" } }),
    () => import(text("./plain.js"), { with: { type: "bytes" } }),
    () => import(text("file:///etc/passwd"), { with: { type: "text" } }),
    () => import(text("file:///%ff/x"), { with: { type: "text" } }),
    () => fetch("file:///etc/passwd"),
    () => fetch("file:///%ff%00/x"),
    () => bytes.buffer.transfer(0),
  ];
  let ended = 0;
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch {
      // Each may fail.
    }
    ended++;
  }
  return `${ended}`;
};
