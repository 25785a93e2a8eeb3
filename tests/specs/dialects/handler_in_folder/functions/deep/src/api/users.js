export const find = () => "the named one";
export const other = () => "another one";
