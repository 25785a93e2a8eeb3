// Nothing is exported, and nothing listens.
setTimeout(() => {}, 5);
require("http");
