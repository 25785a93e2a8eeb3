module.exports = {
  later: (event, context) => new Promise((resolve) => setTimeout(() => resolve({ later: event.data }), 5)),
};
