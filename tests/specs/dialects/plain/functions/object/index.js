export default () => ({ nested: { list: [1, "two", true], gone: undefined } });
