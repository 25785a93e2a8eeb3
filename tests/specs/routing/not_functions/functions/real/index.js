export default () => "real";
