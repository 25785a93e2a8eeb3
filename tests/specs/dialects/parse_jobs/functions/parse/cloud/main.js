Parse.Cloud.job('work', async r => { await r.message('half'); return 'done ' + JSON.stringify(r.params); });
Parse.Cloud.define('hello', () => ({ hello: 'world' }));
