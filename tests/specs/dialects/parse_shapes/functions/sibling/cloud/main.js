Parse.Cloud.define('inner', (request) => ({ at: new Date(0), ...request.params }));
Parse.Cloud.define('outer', async () => (await Parse.Cloud.run('inner', { b: 2 })).at.getTime());
