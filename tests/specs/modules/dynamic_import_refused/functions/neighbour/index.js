export default () => "neighbour";
