export default () => "late, by its manifest";
