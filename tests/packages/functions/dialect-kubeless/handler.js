// The dialect kubeless: lodash from package.json, and multer on `event.extensions.request`.
const _ = require("lodash");
const multer = require("multer");

const upload = multer({ storage: multer.memoryStorage() }).array("files");

module.exports = {
  dialect(event, context) {
    const { request, response } = event.extensions;
    if (!request.is("multipart/form-data")) return _.merge({ from: context["function-name"] }, event.data);
    return new Promise((resolve, reject) => {
      upload(request, response, (error) => (error ? reject(error) : resolve({ data: event.data, fields: request.body, files: request.files.map(({ originalname, size }) => ({ originalname, size })) })));
    });
  },
};
