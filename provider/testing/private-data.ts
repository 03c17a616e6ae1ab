// What the provider keeps for itself beside each object in a state: the CLI stores it as base64, so that a search of the file
// alone would not see through it.

import { z } from 'zod';

const stateSchema = z.object({
  resources: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      instances: z.array(z.object({ private: z.string().optional() })),
    }),
  ),
});

/** Decoded, by resource. What has none is left out. */
export function privateDataIn(stateText: string): ReadonlyMap<string, string> {
  const { resources } = stateSchema.parse(JSON.parse(stateText));
  return new Map(
    resources.flatMap(({ type, name, instances }) =>
      instances.flatMap(({ private: kept }, at) =>
        kept === undefined ? [] : [[`${type}.${name}[${at}]`, Buffer.from(kept, 'base64').toString()]],
      ),
    ),
  );
}
