import "@/nothing";

export default () => "loaded";
