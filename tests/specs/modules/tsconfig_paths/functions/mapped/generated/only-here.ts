export const generated: string = "generated";
