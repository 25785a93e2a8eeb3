const endless = () => {
  for (;;);
};
// What is exported depends on the number of the copy.
const shapes = [
  () => Object.assign(() => {}, { handle: endless }),
  () => Object.assign(() => {}, { handle(req, res, next) { next(); next(new Error("x")); next("route"); res.end("x"); next(1); } }),
  () => ({ callback: () => endless, listen: endless }),
  () => ({ callback: () => null }),
  () => ({ callback() { return this; } }),
  () => ({ routing: endless, server: { listening: true, emit: endless } }),
  () => ({ routing: (req, res) => { for (let i = 0; i < 1e5; i++) res.emit("finish"); res.end("x"); }, ready: () => new Promise(() => {}) }),
  () => {
    const app = (req, res) => app.handle(req, res);
    app.handle = (req, res) => Object.keys(req.headers).length > 1e9 ? app.routes : res.end("x");
    app.routes = Array.from({ length: 100_000 }, (_, i) => ({ path: new RegExp(`^/r${i}/(.*)$`), handle: () => i }));
    return app;
  },
];
module.exports = shapes[+__dirname.split("-").at(-1)]();
