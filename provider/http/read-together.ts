// Reads of many objects. Refreshing a state asks for each object by itself, as many at a time as Terraform runs in parallel;
// what is asked for while an answer is awaited goes out as one request. Promise: nothing is remembered, so every answer is at
// least as new as its question.

import DataLoader from 'dataloader';
import type { ApiObject } from '../../crds/api.ts';
import type { ObjectKey } from '../object/key.ts';
import type { Operation } from './operation.ts';

export interface Asked {
  readonly operation: Operation;
  readonly key: ObjectKey;
}

/** The controller takes no more names than this in one request. */
const MOST_NAMES = 50;

/** `load` answers for objects of one collection: the object, or undefined where there is none. */
export function readTogether(
  load: (asked: readonly Asked[]) => Promise<(ApiObject | undefined)[]>,
): (asked: Asked) => Promise<ApiObject | undefined> {
  const collections = new Map<string, DataLoader<Asked, ApiObject | undefined>>();
  return (asked) => {
    const { definition, org } = asked.key;
    const collection = `${definition.plural}/${org ?? ''}`;
    const loader = collections.get(collection) ?? oneAtATime(load);
    collections.set(collection, loader);
    return loader.load(asked);
  };
}

function oneAtATime(
  load: (asked: readonly Asked[]) => Promise<(ApiObject | undefined)[]>,
): DataLoader<Asked, ApiObject | undefined> {
  let answered: Promise<unknown> = Promise.resolve();
  return new DataLoader(
    (asked) => {
      const answer = load(asked);
      answered = answer.catch(() => {});
      return answer;
    },
    { cache: false, maxBatchSize: MOST_NAMES, batchScheduleFn: (send) => void answered.then(send) },
  );
}
