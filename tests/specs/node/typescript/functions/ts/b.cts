interface Pair {
  a: number;
}
exports.sum = (a: Pair["a"], b: number): number => a + b;
exports.place = (): string => new Error("here").stack ?? "";
