export default () => "the default one";
