// The dialect node, `(req, res)`: the body is parsed, and multer reads a form with files from the stream all the same; lodash.
const _ = require("lodash");
const multer = require("multer");

const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 100 } }).array("files", 2);

module.exports = (req, res) => {
  if (!req.is("multipart/form-data")) return res.json({ picked: _.pick(req.body, ["a", "b.c"]), query: _.mapValues(req.query, _.upperCase) });
  upload(req, res, (error) => {
    if (error) return res.status(400).json({ name: error.name, code: error.code, field: error.field });
    const files = req.files.map(({ originalname, size, buffer }) => ({ originalname, size, text: buffer.toString() }));
    res.json({ fields: req.body, files });
  });
};
