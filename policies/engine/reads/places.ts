// Places: where in the input a value of the analysis comes from.
// Promise: a place covers all that its value may hold; what is computed has no place, for its parts were read before.
// Never: a guess; where a key is not known the step is `*`.

/** One change picked out of `input.changes`, whatever way the rule picks it. */
export class Change {
  #joined: Change | undefined;
  readonly #members = new Set<Change>([this]);
  /** The kinds to which the body that picked it is limited; absent = any. */
  limit: ReadonlySet<string> | undefined;

  get root(): Change {
    return this.#joined?.root ?? this;
  }

  /** The kinds that it can be of, whichever of the joined ones it is. */
  get kinds(): ReadonlySet<string> | undefined {
    const limits = [...this.root.#members].map((member) => member.limit);
    return limits.includes(undefined) ? undefined : new Set(limits.flatMap((limit) => [...(limit ?? [])]));
  }

  /** Both may be the same change from now on. */
  join(other: Change): void {
    const [a, b] = [this.root, other.root];
    if (a === b) return;
    for (const member of b.#members) a.#members.add(member);
    b.#joined = a;
  }
}

export type Place =
  | { readonly at: 'input'; readonly path: readonly string[] }
  | { readonly at: 'change'; readonly change: Change; readonly path: readonly string[] }
  /** A set, array or object made by the policy, of which any element may be meant. */
  | { readonly at: 'items'; readonly items: readonly Place[] };

export const wholeInput: Place = { at: 'input', path: [] };

/** Where a key of a place leads; `pick` names the change where the key picks one. */
export function step(places: readonly Place[], key: string | undefined, pick: () => Change): Place[] {
  return places.flatMap((place) => stepFrom(place, key, pick));
}

function stepFrom(place: Place, key: string | undefined, pick: () => Change): readonly Place[] {
  if (place.at === 'items') return place.items;
  if (place.at === 'change') return [{ ...place, path: [...place.path, key ?? '*'] }];
  return place.path.length === 1 && place.path[0] === 'changes'
    ? [{ at: 'change', change: pick(), path: [] }]
    : [{ at: 'input', path: [...place.path, key ?? '*'] }];
}

/** Kinds that both allow; undefined allows all. */
export function meet(
  a: ReadonlySet<string> | undefined,
  b: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  return a && b ? new Set([...a].filter((kind) => b.has(kind))) : (a ?? b);
}

export function samePlace(a: Place, b: Place): boolean {
  if (a.at === 'items')
    return (
      b.at === 'items' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => equalAt(item, b.items[i]))
    );
  if (b.at === 'items') return false;
  const sameRoot = a.at === 'change' && b.at === 'change' ? a.change.root === b.change.root : a.at === b.at;
  return sameRoot && a.path.length === b.path.length && a.path.every((part, i) => part === b.path[i]);
}

function equalAt(a: Place, b: Place | undefined): boolean {
  return b !== undefined && samePlace(a, b);
}
