module.exports = { text: (event) => JSON.stringify({ type: event["event-type"], id: event["event-id"], time: event["event-time"], namespace: event["event-namespace"] }) };
