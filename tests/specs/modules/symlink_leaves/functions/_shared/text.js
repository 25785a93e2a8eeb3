export const text = "a link that stays inside is fine";
