export const logged = [];
export const log = (value) => logged.push(value);
