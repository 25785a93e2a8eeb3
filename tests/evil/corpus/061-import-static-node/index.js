import fs from "node:fs";
export default (request) => request.url.endsWith("/ok") ? "ok" : `${["/etc/passwd", "/proc/self/environ", "../"].map((path) => fs.existsSync(path))}`;
