export default (): string => "src/app.ts";
