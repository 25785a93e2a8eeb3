exports.handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  if (event.body === "fail") throw new Error("the work failed");
  console.log("sent", event.body);
};
