export default () => "ignored";
