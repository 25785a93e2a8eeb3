export default () => "hidden";
