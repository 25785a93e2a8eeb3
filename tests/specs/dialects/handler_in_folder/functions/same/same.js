export const same = () => "of the same name as its file";
