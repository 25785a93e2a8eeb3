Parse.Cloud.job("waits", () => new Promise((resolve) => setInterval(() => {}, 1000)));
Parse.Cloud.job("never", () => new Promise(() => {}));
