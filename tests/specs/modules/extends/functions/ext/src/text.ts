export const text = "by what it extends";
