export const math: string = "math";
