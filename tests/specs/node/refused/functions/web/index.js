export default () => [typeof process, typeof Buffer, typeof global, typeof require, typeof setImmediate, typeof setTimeout(() => {}, 0)];
