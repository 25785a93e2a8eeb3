export const shared: string = "shared";
