Parse.Cloud.define('q', async (request) => {
  const query = new Parse.Query('Thing');
  query.equalTo('owner', request.user);
  return query.find({ sessionToken: request.user?.getSessionToken() });
});
