class Modern {
  static #count = 0;
  field = 1;
  #secret(): number {
    return Modern.#count ??= 0, 2;
  }
  secret = this.#secret();
}

export default () => {
  const disposed: string[] = [];
  {
    using resource = { [Symbol.dispose]: () => disposed.push("disposed") };
    disposed.push(resource ? "body" : "never");
  }
  const { field, secret } = new Modern();
  return {
    field,
    secret,
    disposed,
    sets: /^\p{Emoji}$/v.test("🐝"),
    groups: Object.entries(Object.groupBy([1, 2, 3], (n) => (n % 2 ? "odd" : "even"))),
  };
};
