export default (request: Request): never => {
  throw new Error(`a secret detail of ${request.url}`);
};
