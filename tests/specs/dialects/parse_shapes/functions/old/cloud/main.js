Parse.Cloud.define('old', function (req, res) {
  res.success('old');
});
