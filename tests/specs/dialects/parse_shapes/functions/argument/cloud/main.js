module.exports = (Parse) => {
  Parse.Cloud.define('argument', () => 'argument');
};
