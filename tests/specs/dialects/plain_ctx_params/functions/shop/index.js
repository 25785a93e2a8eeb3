export default (_, { params }) => params;
