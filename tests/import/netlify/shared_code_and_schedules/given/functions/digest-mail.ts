import { send } from '../src/mail';
import words from '../src/words.json' with { type: 'json' };
export default async () => { await send(words); };
