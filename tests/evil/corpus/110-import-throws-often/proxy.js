throw new Proxy(function () {}, { get() { throw 1; }, getPrototypeOf() { throw 2; } });
