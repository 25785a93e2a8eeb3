import attribute from "./note" with { type: "text" };
import bytes from "./note" with { type: "bytes" };
import own from "./index.ts" with { type: "text" };
import ending from "./query.sql";
import buffer from "./raw.bin";
import page from "./page.html";
import json from "./data.json" with { type: "text" };
import object from "./data.json";

export default async () => {
  const dynamic = (await import("./note", { with: { type: "text" } })).default;
  return {
    attribute,
    ending,
    bytes: [...bytes],
    buffer: `${(buffer as ArrayBuffer).constructor.name} ${(buffer as ArrayBuffer).byteLength}`,
    dynamic,
    own: own.startsWith("import attribute"),
    page,
    json,
    object,
  };
};
