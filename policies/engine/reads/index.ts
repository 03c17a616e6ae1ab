// What a rule reads of the input, and whether each of its findings depends on the change alone that it names.
// Promise: never less than the rule reads; `change` only where the finding's object is the one change that is read.
// Never: a look at any input.
import { type Expression, literal, type Module, type Rule, ruleName, type Term, variable } from '../ast.ts';
import type { PolicyRule, Read } from '../types.ts';
import { Analysis, type Recorded } from './analysis.ts';
import type { Frame } from './frame.ts';
import { type Change, meet, type Place } from './places.ts';
import { callParts, isCall, pairs } from './shapes.ts';

export function readsOf(module: Module, name: string): Pick<PolicyRule, 'reads' | 'scope'> {
  const analysis = new Analysis(module);
  const definitions = module.rules
    .filter((rule) => ruleName(rule) === name)
    .map((rule) => {
      let object: Change | undefined;
      analysis.run((frame) => {
        analysis.body(rule.body, frame);
        object = head(rule, analysis, frame);
      });
      return { records: analysis.records, object };
    });
  return {
    reads: summary(definitions.flatMap(({ records }) => records)),
    scope: definitions.every(({ records, object }) => isAbout(object, records)) ? 'change' : 'plan',
  };
}

/** Reads the element of the set, and gives the change that it names as its object. */
function head(rule: Rule, analysis: Analysis, frame: Frame): Change | undefined {
  const key = rule.head.key;
  if (!key) return undefined;
  const element = objectLiteral(key, rule.body);
  if (!element) {
    analysis.use(analysis.term(key, frame), frame);
    return undefined;
  }
  let object: Change | undefined;
  for (const [name, value] of pairs(element)) {
    const named = literal(name) === 'object' ? namedChange(value, analysis, frame) : undefined;
    object ??= named;
    // The kind, org and name of the object are all that is taken of it, and these are always known.
    if (!named) analysis.use(analysis.term(value, frame), frame);
  }
  return object;
}

/** The element itself, or what the body assigns to the variable that is the element. */
function objectLiteral(key: Term, body: readonly Expression[]): Term | undefined {
  if (key.type === 'object') return key;
  const name = variable(key);
  for (const { terms } of body) {
    if (name === undefined || !isCall(terms)) continue;
    const { name: operator, args } = callParts(terms);
    if (operator === 'assign' && variable(args[0]) === name && args[1]?.type === 'object') return args[1];
  }
  return undefined;
}

function namedChange(term: Term, analysis: Analysis, frame: Frame): Change | undefined {
  const places =
    term.type === 'object'
      ? pairs(term).flatMap(([, value]) => analysis.term(value, frame))
      : analysis.term(term, frame);
  const changes = places.map((place) =>
    changeOf(place, term.type === 'object' ? ['kind', 'org', 'name'] : ['']),
  );
  const [first] = changes;
  return first && changes.every((change) => change?.root === first.root) ? first : undefined;
}

function changeOf(place: Place, allowed: readonly string[]): Change | undefined {
  return place.at === 'change' && allowed.includes(place.path.join('/')) ? place.change : undefined;
}

/** All that could be unknown is read of that one change. */
function isAbout(object: Change | undefined, records: readonly Recorded[]): boolean {
  return records.every(({ place }) => {
    if (place.at === 'input')
      return place.path.length > 0 && place.path[0] !== 'changes' && place.path[0] !== '*';
    const mayBeUnknown = place.path.length === 0 || place.path[0] === 'after' || place.path[0] === '*';
    return !mayBeUnknown || (object !== undefined && place.change.root === object.root);
  });
}

function summary(records: readonly Recorded[]): Read[] {
  const reads = new Map<string, Read>();
  for (const { place, kinds: here } of records) {
    const path = place.at === 'change' ? ['changes', '*', ...place.path] : [...place.path];
    const own = place.at === 'change' ? place.change.kinds : undefined;
    const kinds = meet(here, own);
    if (kinds?.size === 0) continue;
    const read: Read = kinds ? { path, kinds: [...kinds].sort() } : { path };
    reads.set(JSON.stringify(read), read);
  }
  const all = [...reads.values()];
  return all
    .filter((read) => !all.some((wider) => wider !== read && covers(wider, read)))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

function covers(wider: Read, read: Read): boolean {
  const kinds =
    wider.kinds === undefined || read.kinds?.every((kind) => wider.kinds?.includes(kind)) === true;
  return (
    kinds &&
    wider.path.length <= read.path.length &&
    wider.path.every((part, index) => part === read.path[index])
  );
}
