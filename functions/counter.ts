// A single file is a function too: `functions/counter.ts` answers at `/counter`, and a returned object becomes JSON.
// What a module keeps belongs to its instance: under load there are several instances, and each one counts on its own.
const instance: string = crypto.randomUUID();
let count = 0;

export default () => ({ instance, count: ++count });
