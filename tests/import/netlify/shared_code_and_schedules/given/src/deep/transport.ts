export const send = async (words: unknown) => words;
