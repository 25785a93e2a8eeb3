const file: string = "typed.ts";
export default (): string => `from ${file}`;
