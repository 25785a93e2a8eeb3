const kept = [];

export default () => {
  const refused = outcome(() => {
    for (;;) kept.push(new MessageChannel());
  });
  const count = kept.length;
  for (const channel of kept) channel.port1.close(), channel.port2.close();
  return { refused, count, after: new MessageChannel() instanceof MessageChannel };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
