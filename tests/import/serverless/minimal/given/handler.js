'use strict';

module.exports.hello = async (event) => ({ statusCode: 200, body: JSON.stringify({ path: event.rawPath }) });
module.exports.list = module.exports.hello;
