export default new Proxy(() => 'x', new Proxy({}, { get: () => () => {
  for (;;);
} }));
