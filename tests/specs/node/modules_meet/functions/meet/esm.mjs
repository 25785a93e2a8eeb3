export default "default of esm";
export const five = 5;
export const object = {};
