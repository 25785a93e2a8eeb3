export default () => 'loaded';
