// depd: a deprecated call is told once on the console; depd itself reads stacks and makes functions from strings.

"use strict";

module.exports = function depd(namespace) {
  const told = new Set();
  const deprecate = (message) => {
    if (told.has(message)) return;
    told.add(message);
    console.warn(`${namespace} deprecated ${message}`);
  };
  deprecate.function = (fn) => fn;
  deprecate.property = () => {};
  return deprecate;
};
