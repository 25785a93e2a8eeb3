export default {
  fetch() {
    throw new Error("thrown by a worker");
  },
};
