// The corpus: what every surface accepts and refuses, for every kind. A kind without samples has none, which is an error.

import { kinds } from '../../kinds.ts';
import { changes, refusedAround } from './around.ts';
import { acceptedByHand, refusedByHand } from './by-hand.ts';
import { acceptedBySchema, refusedBySchema } from './derive.ts';
import type { Corpus } from './entry.ts';
import { declared, type Sample, samples } from './samples.ts';

function sampleOf(kind: string): Sample {
  const sample = samples[kind];
  if (sample === undefined)
    throw new Error(`${kind} has no samples; add them to crds/testing/corpus/samples.ts`);
  return sample;
}

export const corpus: Corpus = {
  accepted: [
    ...kinds.flatMap((kind) => {
      const { full, least } = sampleOf(kind.name);
      return [
        { why: 'everything', manifest: declared(kind.name, full) },
        { why: 'the least', manifest: declared(kind.name, least) },
        ...acceptedBySchema(kind, sampleOf(kind.name)),
      ];
    }),
    ...acceptedByHand,
  ],
  refused: [
    ...kinds.flatMap((kind) => refusedBySchema(kind, sampleOf(kind.name))),
    ...refusedByHand,
    ...refusedAround,
  ],
  changes,
};
