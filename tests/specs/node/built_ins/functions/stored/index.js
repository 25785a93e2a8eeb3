const { AsyncLocalStorage } = require("async_hooks");
const storage = new AsyncLocalStorage();

// A fetch within a store belongs to the call: it is refused by the rules of the network, and not for want of a call.
module.exports = () =>
  storage.run(1, async () => {
    const error = await fetch("http://127.0.0.1:9/").catch((error) => error);
    return [storage.getStore(), !`${error.cause ?? error}`.includes("isOpen"), typeof storage.exit(() => storage.getStore())];
  });
