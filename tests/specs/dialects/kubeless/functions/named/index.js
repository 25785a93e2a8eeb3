module.exports.only = (event, context) => `${process.env.FUNC_HANDLER} of ${process.env.MOD_NAME}`;
