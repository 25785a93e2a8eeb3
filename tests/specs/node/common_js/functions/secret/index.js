module.exports = () => "a neighbour";
