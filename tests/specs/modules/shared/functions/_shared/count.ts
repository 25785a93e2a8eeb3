import { word } from "./words/word.ts";

let count = 0;
export const next = (name: string): string => `${name} ${word} ${++count}`;
