// Entries of the corpus as they are sent to Kubernetes. Promise: an integer leaves as it was written, however large. Never: a
// manifest changed but for where the org stands.

import { fromPointer } from '../../../crds/json.ts';
import type { Kind } from '../../../crds/kind.ts';
import { kindNamed } from '../../../crds/kinds.ts';
import type { Declared } from '../../../crds/testing/corpus/entry.ts';
import type { Refusal } from '../../support/kubernetes-api.ts';

/** The org of an object is its namespace. */
export function inKubernetes(manifest: Declared, metadata: object = {}): string {
  const { org, ...rest } = manifest.metadata;
  return exactText({
    ...manifest,
    metadata: { ...rest, ...(org !== undefined && { namespace: org }), ...metadata },
  });
}

export function collectionOf(kind: Kind): string {
  const inNamespace = kind.scope === 'org' ? 'namespaces/acme/' : '';
  return `/apis/lattice.dev/v1alpha1/${inNamespace}${kind.plural}`;
}

function exactText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(exactText).join(',')}]`;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${exactText(inner)}`).join(',')}}`;
}

/** The steps of a path as the API server writes it: `spec.routes[0]` and `spec.rules[0].selector`. */
export function stepsOf(field: string): string[] {
  return field.split(/[.[\]]+/).filter((step) => step !== '');
}

/** Whether a field is the one at the pointer, or one that holds it: CEL cannot name an element that it found at fault. */
export function blames(field: string, pointer: string): boolean {
  const wanted = fromPointer(pointer);
  const steps = stepsOf(field);
  // Keys of labels are not told apart from steps; the map they are in is.
  if (wanted[0] === 'metadata' && wanted[1] !== undefined && wanted.length > 2)
    return field.startsWith(`metadata.${wanted[1]}`);
  const least = Math.min(2, wanted.length);
  return steps.length >= least && steps.every((step, index) => step === wanted[index]);
}

/** What cannot be decoded at all is refused in words that name the field, without a cause. */
export function isBlamed(status: number, { message, causes }: Refusal, at: string): boolean {
  if (causes.some(({ field }) => blames(field, at))) return true;
  const last = at.split('/').at(-1) ?? '';
  const named = at.startsWith('/metadata/labels') ? 'labels' : last === 'apiVersion' ? 'API version' : last;
  return status === 400 && causes.length === 0 && message.includes(named);
}

export const kindOf = ({ kind: name }: Declared): Kind => {
  const kind = kindNamed(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
};
