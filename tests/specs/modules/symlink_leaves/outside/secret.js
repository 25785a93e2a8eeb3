export const secret = "stolen";
