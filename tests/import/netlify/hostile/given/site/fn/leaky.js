const secret = require('../../../../etc/passwd');
const env = require('./.env');
exports.handler = async () => secret;
