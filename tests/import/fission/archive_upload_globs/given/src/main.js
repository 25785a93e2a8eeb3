exports.one = async () => ({ status: 200, body: 'one' });
