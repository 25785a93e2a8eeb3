const kept = [];
for (;;) kept.push({ a: [1] });
export default () => 'never';
