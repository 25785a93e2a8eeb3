// The words of releases, and what every list of them shows.
//
// Invariant: one word for one purpose, here alone.
import type { Purpose, Release, Step } from '../../core/types';

export const PURPOSES: Record<Purpose, string> = {
  deploy: 'deploy',
  rollback: 'rollback',
  automatic_rollback: 'automatic rollback',
  promote: 'promote',
  configure: 'variables',
  canary: 'canary',
  remove: 'remove',
};

export const STEPS: Record<Step, string> = {
  received: 'The upload is whole and its names are free',
  compiled: 'The source has become a version, which is stored',
  booted: 'A spare instance has loaded it within its limits',
  checked: 'No route is in conflict, and it says of itself that it works',
  warmed: 'It has as many instances as the version before',
  published: 'The live table has it',
  drained: 'The version before has finished its calls',
};

export const isRunning = (release: Release): boolean => release.status === 'waiting' || release.status === 'running';

/** `shop`, or `shop and 3 more`. */
export function namesOf(release: Release): string {
  const total = release.functions.length + (release.more_functions ?? 0);
  const first = release.functions[0]?.function ?? release.id;
  return total > 1 ? `${first} and ${total - 1} more` : first;
}
