export const tag: string = "tag";
