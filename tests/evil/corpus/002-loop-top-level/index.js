for (;;);
export default () => 'never';
