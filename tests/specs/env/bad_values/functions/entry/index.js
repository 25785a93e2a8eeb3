export default () => "never";
