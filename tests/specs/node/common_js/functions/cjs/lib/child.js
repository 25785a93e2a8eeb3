exports.parent = module.parent.filename;
