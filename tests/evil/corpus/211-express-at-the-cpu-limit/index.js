// The getter of the body is the host's, and so are those of the response: they are asked for again and again.
module.exports = (req, res) => {
  const until = performance.now() + 60 + Math.random() * 140;
  while (performance.now() < until);
  for (;;) {
    require("http").STATUS_CODES;
    void req.query.a;
    void req.cookies.a;
    void req.ips;
    void req.is("json");
    void req.accepts("html");
    res.cookie("a", { b: 1 });
    res.format;
    require("zlib");
    require("crypto");
    require("tls");
  }
};
