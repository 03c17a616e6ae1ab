// Small facts about rules, and about the changes that a body picks and gives away.
// Promise: pure, but for what is noted at a change. Never: a walk through a body.
import { literal, type Module, parts, type Rule, type Term, variable } from '../ast.ts';
import type { Frame } from './frame.ts';
import type { Change, Place } from './places.ts';

/** What the module imports of the input or of itself, by the name that it has in the rules. */
export function importsOf(module: Module): Map<string, Term> {
  return new Map(
    module.imports.flatMap(({ path, alias }): [string, Term][] => {
      const [head, ...rest] = parts(path) ?? [];
      const name = alias ?? literal(rest.at(-1));
      return name !== undefined && ['input', 'data'].includes(variable(head) ?? '') ? [[name, path]] : [];
    }),
  );
}

export function withElse(rule: Rule): Rule[] {
  const name = rule.head.ref[0];
  const other = rule.else;
  return other && name
    ? [rule, ...withElse({ ...other, head: { ...other.head, args: rule.head.args, ref: rule.head.ref } })]
    : [rule];
}

export function isTrivial({ body }: Rule): boolean {
  return body.every(({ terms }) => 'type' in terms && terms.type === 'boolean');
}

export function one(text: string | undefined): string[] | undefined {
  return text === undefined ? undefined : [text];
}

/** What a body picked and gives away is of the kinds that the body is limited to. */
export function limitPicked(places: readonly Place[], frame: Frame): void {
  for (const place of places)
    if (place.at === 'change' && frame.owns(place.change)) place.change.limit = frame.kindsOf(place.change);
}

/** The elements of one set are picked together, whichever definition gave them. */
export function joinPicked(places: readonly Place[]): void {
  let first: Change | undefined;
  for (const place of places) {
    if (place.at !== 'change' || place.path.length > 0) continue;
    if (first) first.join(place.change);
    else first = place.change;
  }
}
