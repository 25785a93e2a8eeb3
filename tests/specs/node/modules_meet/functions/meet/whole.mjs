const all = "all of it";
export { all as "module.exports" };
