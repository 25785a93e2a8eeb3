// Keeps the answers of a Parse Server in answers.json: node record.mjs URL-OF-ITS-MOUNT. The server runs functions/parse/cloud/main.js with
// the application id `app`, the master key `master` and the read-only one `ro`.

import { writeFileSync } from "node:fs";
import { ask, requests } from "./requests.mjs";

const answers = {};
for (const [name, request] of Object.entries(requests)) answers[name] = await ask(process.argv[2], request);
writeFileSync(new URL("answers.json", import.meta.url), `${JSON.stringify(answers, null, 1)}\n`);
console.log(`${Object.keys(answers).length} answers`);
