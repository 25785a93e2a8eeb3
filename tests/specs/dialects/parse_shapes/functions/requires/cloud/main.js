require('./functions/one.js');
require('./functions/two');
