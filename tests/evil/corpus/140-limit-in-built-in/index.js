const BUILT_INS = require("module").builtinModules;

// Each call ends the instance, so each finds the modules as they are before their first use. The clock chooses where it begins and how much
// time is left: the limit is noticed within 20 to 40 ms.
module.exports = (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  const now = Date.now();
  const end = now + 1 + (now >> 2) % 33;
  while (Date.now() < end);
  for (let i = 0; i < BUILT_INS.length; i++) void require(BUILT_INS[(now + i) % BUILT_INS.length]);
  for (;;);
};
