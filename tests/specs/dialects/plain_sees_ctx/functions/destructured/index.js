export default (_, { function: name }) => name;
