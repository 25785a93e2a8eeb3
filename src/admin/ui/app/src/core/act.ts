// Something that the person does: sent once, and its outcome told.
//
// Invariant: an action that failed says why, and is never repeated by itself.
import { asError } from './api';
import { tell } from '../parts/toast';

/** Whether it worked. */
export async function act(done: string, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    tell(done);
    return true;
  } catch (error) {
    tell(asError(error).message, true);
    return false;
  }
}
