export const lib: string = "lib";
