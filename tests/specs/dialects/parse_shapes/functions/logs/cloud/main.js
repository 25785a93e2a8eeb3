Parse.Cloud.define('logs', (request) => {
  request.log.info(request);
  return { logged: require('util').inspect(request, { depth: 5 }), returned: JSON.stringify(request), has: request.config.masterKey === 'the-master-key' };
});
