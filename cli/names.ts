// Names of objects as people type them: `agent acme/triage`, `org acme`.

import type { Kind } from '../crds/kind.ts';
import { kindByAlias, kinds } from '../crds/kinds.ts';
import type { ObjectName } from './client.ts';
import { UsageError } from './usage.ts';

export function parseKind(text: string): Kind {
  const kind = kindByAlias(text);
  if (kind === undefined)
    throw new UsageError(
      `"${text}" is not a kind; the kinds are ${kinds.map(({ singular }) => singular).join(', ')}`,
    );
  return kind;
}

export function parseName(kindText: string, text: string): ObjectName {
  const kind = parseKind(kindText);
  const [first = '', second, ...more] = text.split('/');
  if (kind.scope === 'cluster') {
    if (second !== undefined) throw new UsageError(`the name of a ${kind.singular} has no "/": ${text}`);
    return { kind, org: first, name: first };
  }
  if (second === undefined || more.length > 0 || first === '' || second === '')
    throw new UsageError(`name a ${kind.singular} as org/name, not "${text}"`);
  return { kind, org: first, name: second };
}
