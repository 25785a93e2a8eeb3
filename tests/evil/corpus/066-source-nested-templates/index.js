export default () => 'made';
