interface Erased {
  lines: number;
}

export default (): Erased => {
  throw new Error("the very message");
};
