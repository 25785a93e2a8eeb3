// side-channel, which qs's parser names and never uses.

"use strict";

module.exports = () => new WeakMap();
