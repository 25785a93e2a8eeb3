import './m0.js';
export default () => 'never';
