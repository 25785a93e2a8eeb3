export default () => "plain text, ünïcödé";
