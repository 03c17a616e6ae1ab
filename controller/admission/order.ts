// The order in which a set of changes can be made: what is referred to first, and deletions last, the other way round.

import { kindNamed, kinds } from '../../crds/kinds.ts';
import type { PlannedChange } from '../../crds/plan.ts';
import { referencesOf } from '../../crds/references.ts';

interface Node<T> {
  readonly item: T;
  readonly key: string;
  readonly needs: readonly string[];
  readonly rank: number;
}

/** Sorts changes by dependence. Of a cycle every member stays, in some order, for admission to name. */
export function inOrderOfDependence<T extends PlannedChange>(changes: readonly T[]): T[] {
  const nodes = changes.map(toNode);
  const applied = visitAll(nodes.filter(({ item }) => item.action !== 'delete'));
  const deleted = visitAll(nodes.filter(({ item }) => item.action === 'delete')).reverse();
  return [...applied, ...deleted].map(({ item }) => item);
}

function toNode<T extends PlannedChange>(item: T): Node<T> {
  const { kind: kindName, metadata, spec } = item.manifest;
  const kind = typeof kindName === 'string' ? kindNamed(kindName) : undefined;
  const names = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as Record<
    string,
    unknown
  >;
  const org = kind?.scope === 'cluster' ? names.name : names.org;
  const needs =
    kind === undefined
      ? []
      : referencesOf(kind, spec).map((reference) => `${reference.kind}/${org}/${reference.name}`);
  return {
    item,
    key: `${String(kindName)}/${String(org)}/${String(names.name)}`,
    needs,
    rank: kind === undefined ? -1 : kinds.indexOf(kind),
  };
}

function visitAll<T>(nodes: readonly Node<T>[]): Node<T>[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const ordered = new Set<Node<T>>();
  const open = new Set<Node<T>>();
  const visit = (first: Node<T>): void => {
    // A stack of our own: a plan may hold a chain that is deeper than the program's.
    const path = [first];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (open.has(node)) {
        ordered.add(node);
        path.pop();
        continue;
      }
      open.add(node);
      const needed = node.needs.flatMap((need) => byKey.get(need) ?? []);
      path.push(...needed.filter((other) => !open.has(other)).toReversed());
    }
  };
  for (const node of nodes.toSorted((left, right) => left.rank - right.rank)) visit(node);
  return [...ordered];
}
