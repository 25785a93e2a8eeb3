export default async () => {
  setTimeout("globalThis.ran = true", 0);
  await new Promise((resolve) => setTimeout(resolve, 1));
  const constructors = [function () {}, async () => {}, function* () {}, async function* () {}].map((one) => one.constructor);
  return { direct: outcome(() => eval("1")), indirect: outcome(() => (0, eval)("1")), constructors: constructors.map((one) => outcome(() => typeof one("return 1"))), ran: globalThis.ran === true };
};

function outcome(action) {
  try {
    return action();
  } catch (error) {
    return error.name;
  }
}
