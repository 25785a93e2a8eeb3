export function then(resolve, reject) { reject(new Proxy({}, { get() { throw 3; } })); }
