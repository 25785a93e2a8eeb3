exports.handler = (event, context, callback) => { if (event.rawPath === "/work") setTimeout(() => console.log("worked"), 5); return { statusCode: 404 }; };
