Parse.Cloud.define('info', r => ({ master: r.master, ro: r.isReadOnly, inst: r.installationId, fn: r.functionName, context: r.context, user: r.user }));
Parse.Cloud.define('echo', r => r.params);
