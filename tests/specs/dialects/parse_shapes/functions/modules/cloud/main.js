import Parse from 'parse/node';
import './one.js';

Parse.Cloud.define('same', () => Parse === globalThis.Parse);
