module.exports = async (Parse) => {
  await null;
  Parse.Cloud.define('exported', () => 'exported');
};
