import './part.js';
export default () => new Response('i');
