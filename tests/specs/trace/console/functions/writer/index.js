export default async () => {
  console.log("before the await");
  await new Promise((resolve) => setTimeout(resolve, 1));
  console.log("after the await");
  return "written";
};
