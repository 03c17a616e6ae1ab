// A plan as a person reads it, and whether it can be applied.

import { valueAt } from '../crds/json.ts';
import { displayName, kindNamed } from '../crds/kinds.ts';
import type { ChangePlan } from '../crds/plan.ts';
import type { ReadManifest } from './manifests.ts';

const signs = { create: '+', update: '~', delete: '-', none: '=' } as const;

export function renderChange(change: ChangePlan, source: ReadManifest | undefined): string {
  const kind = kindNamed(change.kind);
  const shown =
    kind === undefined ? `${change.kind} ${change.name}` : displayName(kind, change.org ?? '', change.name);
  const lines = [`${signs[change.action]} ${shown}`];
  if (change.action === 'update')
    for (const pointer of change.changed.filter((path) => path.startsWith('/spec')))
      lines.push(
        `    ${pointer}: ${text(valueAt({ spec: change.before }, pointer))} -> ${text(valueAt({ spec: change.after }, pointer))}`,
      );
  for (const found of change.findings)
    lines.push(
      `    ${found.level} ${found.code} at ${source?.place ?? ''} ${found.pointer}: ${found.message}. ${found.remedy}`,
    );
  return lines.join('\n');
}

const text = (value: unknown): string => (value === undefined ? '(none)' : JSON.stringify(value));

export function hasErrors(changes: readonly ChangePlan[]): boolean {
  return changes.some((change) => change.findings.some((found) => found.level === 'error'));
}

export function summary(changes: readonly ChangePlan[]): string {
  const count = (action: ChangePlan['action']): number =>
    changes.filter((change) => change.action === action).length;
  return `${count('create')} to create, ${count('update')} to update, ${count('delete')} to delete, ${count('none')} unchanged`;
}
