// Idempotency keys outlive their objects for a day: longer than any request waits in a socket.

import type { Database, Transaction } from './database.ts';
import type { ObjectKey } from './objects.ts';

const REMEMBERED = '1 day';

/** Whether the object was created with this key before and is gone. */
export async function isSpent(
  tx: Transaction,
  { kind, org, name }: ObjectKey,
  key: string,
): Promise<boolean> {
  const found = await tx.run(
    'SELECT FROM spent_keys WHERE kind = $1 AND org = $2 AND name = $3 AND key = $4',
    [kind, org, name, key],
  );
  return found > 0;
}

export async function forgetSpentKeys(db: Database): Promise<void> {
  await db.run(`DELETE FROM spent_keys WHERE spent_at < now() - interval '${REMEMBERED}'`);
}
