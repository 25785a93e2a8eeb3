const { Readable, Transform } = require("stream");

const fails = (after) => new Readable({
  read() {
    if (after-- > 0) this.push("piece");
    else this.destroy(new Error("failed"));
  },
});
const bodies = [
  () => fails(0),
  () => fails(3),
  () => Readable.from([{ a: 1 }, Symbol(), null]),
  () => new Readable({ read() { throw new Error("no read"); } }),
  () => new Readable({ read() {} }),
  () => ({ pipe() { throw new Error("no pipe"); } }),
  () => ({ pipe: (response) => { response.emit("error", new Error("x")); return response; }, on() {}, once() {}, readable: true }),
  () => new Transform({ transform(chunk, encoding, done) { done(); done(); } }),
  () => { const body = fails(1); body.destroy(); return body; },
];
let next = 0;

module.exports = async (context) => {
  if (context.request.url.endsWith("/ok")) return { status: 200, body: "ok" };
  return { status: 200, body: bodies[next++ % bodies.length]() };
};
