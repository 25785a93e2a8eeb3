export const one = await Promise.resolve("one");
