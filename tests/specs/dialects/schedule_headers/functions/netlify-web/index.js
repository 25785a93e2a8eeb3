export default (request) => JSON.stringify([...request.headers]);
