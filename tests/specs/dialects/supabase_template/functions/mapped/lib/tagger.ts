export const tag = (text: string) => `<${text}>`;
