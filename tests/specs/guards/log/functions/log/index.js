export default (request) => {
  if (new URL(request.url).pathname === "/end") for (;;);
  console.log("long " + "x".repeat(1e6));
  for (let i = 0; i < 10000; i++) console.log("flood", i, "x".repeat(100));
  return "answered";
};
