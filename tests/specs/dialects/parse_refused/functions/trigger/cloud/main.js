Parse.Cloud.beforeSave('Thing', () => {});
