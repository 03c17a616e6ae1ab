// What a failure of Postgres means to somebody who waits for it, in words that hold no value and no address.

import { CommitInDoubtError, isContention, isDatabaseOutage, sqlState } from './database.ts';

export interface Outage {
  /** nothing: the transaction left nothing. unknown: it may have been made. contention: others got in the way. */
  readonly left: 'nothing' | 'unknown' | 'contention';
  readonly message: string;
}

const texts: Readonly<Record<string, string>> = {
  '53100': 'Postgres has no room left on its disk',
  '53200': 'Postgres has no memory left',
  '53300': 'Postgres takes no more connections',
  '57P03': 'Postgres is starting or stopping',
};

/** Undefined when the error is no outage, but somebody's mistake. */
export function outageOf(error: unknown): Outage | undefined {
  if (error instanceof CommitInDoubtError)
    return { left: 'unknown', message: 'Postgres went away while the change was being committed' };
  if (isContention(error))
    return { left: 'contention', message: 'other transactions kept changing the same rows' };
  if (!isDatabaseOutage(error)) return undefined;
  return { left: 'nothing', message: texts[sqlState(error) ?? ''] ?? 'Postgres does not answer' };
}
