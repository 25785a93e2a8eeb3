export default (Parse) => {
  Parse.Cloud.define('default', () => 'default');
};
