module.exports = (event, context) => `root ${context["function-name"]} ${typeof event.extensions.response.json}`;
