for (let i = 0; i < 5e10; i++);
export default () => 'never';
