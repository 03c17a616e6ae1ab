// What is around a spec, and objects that change.

import { kinds } from '../../kinds.ts';
import type { Change, Declared, Refused } from './entry.ts';
import { placed } from './placed.ts';
import { declared, samples } from './samples.ts';

const envelope = (kind: string, least: unknown): Refused[] => {
  const metadata = (why: string, at: string, value: unknown) => ({
    why: `metadata: ${why}`,
    manifest: placed(declared(kind, least), at, value),
    at,
  });
  return [
    metadata('a name of 64 characters', '/metadata/name', 'a'.repeat(64)),
    metadata('capitals in the name', '/metadata/name', 'Sample'),
    metadata('a dot in the name', '/metadata/name', 'a.b'),
    metadata('a hyphen at the end of the name', '/metadata/name', 'a-'),
    metadata('an empty name', '/metadata/name', ''),
    metadata('no name', '/metadata/name', undefined),
    metadata('a label value of 64 characters', '/metadata/labels/team', 'a'.repeat(64)),
    metadata('a label value with a space', '/metadata/labels/team', 'a b'),
    metadata('a label that is a number', '/metadata/labels/team', 1),
    metadata('a label key with two slashes', '/metadata/labels/a~1b~1c', 'd'),
    metadata('an annotation key with a space', '/metadata/annotations/a b', 'c'),
    metadata('an unknown field', '/metadata/notAField', 'a'),
    metadata('labels that are a list', '/metadata/labels', []),
    metadata('a spec that is a list', '/spec', []),
    metadata('an unknown field beside the spec', '/notAField', 1),
    metadata('another API version', '/apiVersion', 'v1'),
  ];
};

const edited = (before: Declared, pointer: string, value: unknown, at?: string): Change => ({
  why: `${before.kind} ${pointer} ${at === undefined ? 'may' : 'may not'} change`,
  before,
  after: placed(before, pointer, value),
  ...(at !== undefined && { at }),
});

const full = (kind: string): Declared => declared(kind, samples[kind]?.full);

export const refusedAround: readonly Refused[] = kinds.flatMap(({ name }) =>
  envelope(name, samples[name]?.least),
);

export const changes: readonly Change[] = [
  edited(full('MeshNetwork'), '/spec/cidr', 'fd00:1::/64', '/spec/cidr'),
  edited(full('MeshPeer'), '/spec/network', 'lab', '/spec/network'),
  edited(full('MeshPeer'), '/spec/endpoint', undefined),
  edited(full('MeshPeer'), '/spec/publicKey', `${'b'.repeat(42)}A=`),
  edited(full('Budget'), '/spec/limitTokens', 2000),
  edited(full('Agent'), '/metadata/labels', {}),
];
