export default () => "here";
