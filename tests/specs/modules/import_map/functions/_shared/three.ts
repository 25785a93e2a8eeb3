export const three: string = "shared by the file beside the functions";
