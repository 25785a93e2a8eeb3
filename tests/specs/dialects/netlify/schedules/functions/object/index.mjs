export default {
  fetch: () => {
    throw new Error("object ran");
  },
  config: { schedule: "* * * * * *" },
};
