export default () => {
  console.log("a log: %d", 1, { key: 1 }, "of 50%");
  console.error("an error:", new Error("text"));
  console.table([{ a: 1 }]);
  console.group("group");
  console.groupEnd();
  console.count();
  console.time();
  console.timeEnd();
  console.assert(true, "never written");
  return "written";
};
