const answer = (body) => ({ statusCode: 200, body });
const later = (work) => setTimeout(work, 2);

exports.handler = (event, context, callback) => {
  switch (event.rawPath) {
    case "/callback": return void callback(null, answer("callback"));
    case "/later": return void later(() => callback(undefined, answer("later")));
    case "/succeed": return void context.succeed(answer("succeed"));
    case "/done": return void context.done(null, answer("done"));
    case "/twice": callback(null, answer("first")); callback(new Error("second")); return context.succeed(answer("third"));
    case "/promise": return Promise.resolve(answer("promise"));
    case "/thenable": return { then: (resolve) => resolve(answer("thenable")) };
    case "/callback-first": callback(null, answer("callback")); return later(() => {}) && Promise.resolve(answer("promise"));
    case "/promise-first": later(() => callback(null, answer("callback"))); return Promise.resolve(answer("promise"));
    case "/waits": context.callbackWaitsForEmptyEventLoop = false; later(() => console.log("went on")); return void callback(null, answer("waits"));
    case "/goes-on": callback(null, answer("goes on")); return new Promise((resolve) => later(() => { console.log("the promise went on"); resolve(); }));
    case "/fails-later": callback(null, answer("answered")); return new Promise((_, reject) => later(() => reject(new Error("too late to count"))));
    case "/nested": return void Promise.resolve().then(() => later(() => context.done(undefined, answer("nested"))));
    case "/hangs": return new Promise(() => {});
  }
};
