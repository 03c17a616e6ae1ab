// Selectors that match nothing are most often misspelled: a warning, since what they should match may come later. The
// empty selector matches everything, now and later, so it is never warned about.

import { type Finding, finding } from '../../crds/findings.ts';
import { matches, parseSelector, type Selector, SelectorError } from '../../crds/selector.ts';
import type { SeenObject, World } from './world.ts';

export interface SelectorUse {
  readonly pointer: string;
  readonly text: string;
  /** Kinds of objects that the selector chooses from. */
  readonly kinds: readonly string[];
}

export async function selectorFindings(
  world: World,
  org: string,
  { pointer, text, kinds }: SelectorUse,
): Promise<Finding[]> {
  const selector = readSelector(text);
  if (selector === undefined || selector.length === 0) return [];
  for (const kind of kinds) if ((await selected(world, org, kind, selector)).length > 0) return [];
  const what = kinds.length === 1 ? `${kinds[0]}` : 'object';
  return [
    finding('SelectorMatchesNothing', pointer, `no ${what} of org "${org}" matches "${text}"`, 'warning'),
  ];
}

/** Objects of a kind that the selector matches; what is being deleted counts no more. */
export async function selected(
  world: World,
  org: string,
  kind: string,
  selector: Selector,
): Promise<SeenObject[]> {
  const objects = await world.list(kind, org);
  return objects.filter((object) => !object.deleting && matches(selector, object.labels));
}

/** Undefined for what is no selector: a plan may hold a value that is not known yet, and the schema refuses the rest. */
export function readSelector(text: unknown): Selector | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return parseSelector(text);
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}
