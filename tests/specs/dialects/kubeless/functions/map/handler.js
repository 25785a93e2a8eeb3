module.exports = {
  foo(event, context) {
    return event.data;
  },
};
