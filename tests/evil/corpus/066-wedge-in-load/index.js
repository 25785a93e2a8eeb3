[].indexOf.call({ length: 2 ** 53 - 1 }, 1);
export default () => 'never';
