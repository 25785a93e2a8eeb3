export default async () => {
  const ids = [];
  const refused = outcome(() => {
    for (;;) ids.push(setTimeout(() => {}, 1e6));
  });
  const waiting = ids.length;
  clearTimeout(ids.pop());
  const fired = await new Promise((resolve) => setTimeout(resolve, 0, "fired"));
  const again = setInterval(() => {}, 1e6);
  const full = outcome(() => setInterval(() => {}, 1e6));
  clearInterval(again);
  for (const id of ids) clearTimeout(`${id}`);
  let rest = 0;
  for (; rest < 10000; rest++) clearTimeout(setTimeout(() => {}, 1e6));
  return { refused, waiting, fired, full, rest };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
