module.exports = async (req, res) => {
  if (req.path === "/timer") return void setTimeout(() => res.send("from a timer"), 10);
  if (req.path === "/thenable") return { then() {} };
};
