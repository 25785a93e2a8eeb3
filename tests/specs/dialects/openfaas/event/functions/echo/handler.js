"use strict";

module.exports = async (event, context) => {
  const { headers, ...rest } = event;
  return context.status(200).succeed({ ...rest, type: headers["content-type"], two: headers["x-two"], keys: Object.keys(event) });
};
