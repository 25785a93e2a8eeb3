import('./functions.js');
