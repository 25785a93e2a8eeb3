await Promise.all([import('./functions.js')]);
