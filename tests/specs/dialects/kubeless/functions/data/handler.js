exports.echo = (event) => event.data;
exports.other = () => "not this one";
