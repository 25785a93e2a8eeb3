export default (): string => "not this one";
