// What one body of a rule knows while it is analysed: its variables, the changes it picks, the kinds it is limited to.
// Promise: grows only, so that repeating the analysis of a body ends. Never: shared between two calls of one function.
import { Change, meet, type Place, samePlace } from './places.ts';

interface Variable {
  readonly places: Place[];
  /** The expressions that gave it its places. */
  readonly sources: Set<unknown>;
}

export class Frame {
  readonly #variables = new Map<string, Variable>();
  readonly #inner = new Map<unknown, Frame[]>();
  readonly #picked = new Map<unknown, Change>();
  readonly #kinds = new Map<Change, ReadonlySet<string>>();
  readonly #outer: Frame | undefined;
  readonly #caller: Frame | undefined;
  readonly #onGrowth: () => void;

  /** `outer` lends its variables; `caller` only limits which changes get here. */
  constructor(onGrowth: () => void, outer?: Frame, caller?: Frame) {
    this.#onGrowth = onGrowth;
    this.#outer = outer;
    this.#caller = caller;
  }

  declare(name: string): void {
    if (!this.#variables.has(name)) this.#variables.set(name, { places: [], sources: new Set() });
  }

  variable(name: string): Variable | undefined {
    return this.#variables.get(name) ?? this.#outer?.variable(name);
  }

  add(name: string, places: readonly Place[], source: unknown): void {
    if (!this.variable(name)) this.declare(name);
    const variable = this.variable(name);
    if (!variable) return;
    variable.sources.add(source);
    for (const place of places) {
      if (variable.places.some((known) => samePlace(known, place))) continue;
      variable.places.push(place);
      this.#onGrowth();
    }
  }

  /** The change picked at one spot, or by one variable: the same whenever it is asked. */
  pick(spot: unknown): Change {
    const known = this.#find(spot);
    if (known) return known;
    const change = new Change();
    this.#picked.set(spot, change);
    return change;
  }

  /** Outermost first: an inner body may have been looked at before the variable was known outside. */
  #find(spot: unknown): Change | undefined {
    // A variable of this body's own hides one of the same name outside.
    const isOwn = typeof spot === 'string' && this.#variables.has(spot);
    const outer = isOwn ? undefined : this.#outer;
    return (outer ? outer.#find(spot) : undefined) ?? this.#picked.get(spot);
  }

  owns(change: Change): boolean {
    return [...this.#picked.values()].includes(change);
  }

  nested(node: unknown, index = 0): Frame {
    return this.#frame(node, index, () => new Frame(this.#onGrowth, this));
  }

  called(node: unknown, index: number): Frame {
    return this.#frame(node, index, () => new Frame(this.#onGrowth, undefined, this));
  }

  #frame(node: unknown, index: number, make: () => Frame): Frame {
    const frames = this.#inner.get(node) ?? [];
    this.#inner.set(node, frames);
    frames[index] ??= make();
    return frames[index];
  }

  /** At the start of each run over the body: what limited it before may have been only half known. */
  forgetLimits(): void {
    this.#kinds.clear();
  }

  limit(change: Change, kinds: ReadonlySet<string>): void {
    this.#kinds.set(change.root, meet(this.#kinds.get(change.root), kinds) ?? kinds);
  }

  /** The kinds that a change can be of here; undefined = any. */
  kindsOf(change: Change): ReadonlySet<string> | undefined {
    return meet(
      this.#kinds.get(change.root),
      meet(this.#outer?.kindsOf(change), this.#caller?.kindsOf(change)),
    );
  }
}
