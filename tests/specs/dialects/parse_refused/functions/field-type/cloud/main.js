Parse.Cloud.define('x', () => 1, { fields: { a: { required: 1 } } });
