export default async (request) => {
  console.log("busy");
  return await request.text();
};
