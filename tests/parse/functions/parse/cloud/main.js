require('./common.js');
require('./endings.js');
