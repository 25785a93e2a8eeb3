export default async () => {
  setTimeout("globalThis.ran = true", 0);
  await new Promise((resolve) => setTimeout(resolve, 1));
  return [eval("1 + 1"), new Function("a", "return a + 1")(2), globalThis.ran];
};
