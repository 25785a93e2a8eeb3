export const text: string = "from the base";
