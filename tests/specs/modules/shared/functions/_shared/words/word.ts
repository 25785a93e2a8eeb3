export const word = "counts";
