Parse.Cloud.define('echo', r => r.params);
Parse.Cloud.define('types', r => ({ date: Object.prototype.toString.call(r.params.d), keys: Object.keys(r.params.d||{}), file: r.params.f instanceof Parse.File, ptr: r.params.p instanceof Parse.Object, geo: r.params.g && r.params.g.__type, nested: r.params.n && r.params.n[0].x instanceof Date }));
