// Clients that keep writing while something is taken away, and remember what was promised to them: an answer that says yes is
// a promise, one that says "later" promises that nothing was done, and one that says "not known" promises nothing.

import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Api } from '../support/api.ts';
import { problemOf } from '../support/api.ts';
import { uniqueName } from '../support/world.ts';

export interface Load {
  /** What each object was last said to be, or one of several things where an answer was lost. */
  readonly promised: ReadonlyMap<string, readonly number[]>;
  /** Every answer but yes, as status, code and retry-after, with how often it came. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly accepted: () => number;
  stop(): Promise<void>;
}

const budget = (name: string, limitMicroUsd: number) => ({ metadata: { name }, spec: { limitMicroUsd } });

/** Each of `clients` creates a budget, changes it a few times and goes on to the next. */
export function startLoad(api: Api, collection: string, clients: number): Load {
  const promised = new Map<string, number[]>();
  const refusals = new Map<string, number>();
  const prefix = uniqueName('load');
  let accepted = 0;
  let stopped = false;

  const attempt = async (name: string, value: number, send: () => Promise<Answer>): Promise<boolean> => {
    // A controller that is itself away answers nothing at all; here only its servers are.
    const answer = await send();
    if (answer.status < 300) {
      promised.set(name, [value]);
      accepted += 1;
      return true;
    }
    const { code } = problemOf(answer);
    const shown = `${answer.status} ${code} ${answer.headers.get('retry-after')}`;
    refusals.set(shown, (refusals.get(shown) ?? 0) + 1);
    if (code === 'OutcomeUnknown') promised.set(name, [...(promised.get(name) ?? [-1]), value]);
    await delay(50);
    return false;
  };

  const client = async (index: number): Promise<void> => {
    for (let count = 0; !stopped; count++) {
      const name = `${prefix}-${index}-${count}`;
      if (!(await attempt(name, 0, () => api.send('POST', collection, budget(name, 0))))) continue;
      for (let value = 1; value <= 3 && !stopped; value++) {
        const found = await api.send('GET', `${collection}/${name}`);
        if (found.status !== 200) continue;
        const version = JSON.parse(found.text).metadata.resourceVersion;
        await attempt(name, value, () =>
          api.send('PUT', `${collection}/${name}`, budget(name, value), { 'if-match': `"${version}"` }),
        );
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return {
    promised,
    refusals,
    accepted: () => accepted,
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}
