// Label selectors: which objects a rule, a guardrail or a policy is about. The grammar is the one of Kubernetes:
//   selector    = [ requirement *( "," requirement ) ]      the empty selector matches everything
//   requirement = key ("=" | "==" | "!=") value | key ("in" | "notin") "(" value *("," value) ")" | key | "!" key

const key = '([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?';
const value = '([A-Za-z0-9]([\\w.-]{0,61}[A-Za-z0-9])?)?';
const KEY = new RegExp(`^${key}$`);
const VALUE = new RegExp(`^${value}$`);

/** The requirements of a selector that is not empty, each behind a comma: the same grammar, for who has patterns only. */
export const SELECTOR_REQUIREMENTS = new RegExp(
  `^(,\\s*(!\\s*${key}|${key}(\\s*(==?|!=)\\s*${value}|\\s+(in|notin)\\s*\\(\\s*${value}(\\s*,\\s*${value})*\\s*\\))?)\\s*)+$`,
);
/** Spaces that only JavaScript takes for spaces. */
const FOREIGN_SPACE = /[^\S \t\n\f\r]/;

export type Requirement =
  | { readonly key: string; readonly is: 'in' | 'notin'; readonly values: readonly string[] }
  | { readonly key: string; readonly is: 'exists' | 'absent' };

export type Selector = readonly Requirement[];

/** The selector is not of the grammar; the message says where, and repeats nothing: it may be a secret that went astray. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

/** Throws SelectorError. */
export function parseSelector(text: string): Selector {
  if (FOREIGN_SPACE.test(text)) throw new SelectorError('there is a space that is none of ASCII');
  if (text.trim() === '') return [];
  return splitOutsideParentheses(text).map((part, index) => parseRequirement(part.trim(), index + 1));
}

/** Commas within `in (...)` belong to the list of values. */
function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth < 0 || depth > 1) throw new SelectorError('the parentheses do not pair');
    if (character === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else current += character;
  }
  if (depth !== 0) throw new SelectorError('the parentheses do not pair');
  return [...parts, current];
}

function parseRequirement(text: string, place: number): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text);
  if (set !== null)
    return {
      key: labelKey(set[1] ?? '', place),
      is: set[2] === 'in' ? 'in' : 'notin',
      values: (set[3] ?? '').split(',').map((value) => labelValue(value.trim(), place)),
    };
  const equality = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(text);
  if (equality !== null)
    return {
      key: labelKey(equality[1] ?? '', place),
      is: equality[2] === '!=' ? 'notin' : 'in',
      values: [labelValue(equality[3] ?? '', place)],
    };
  return text.startsWith('!')
    ? { key: labelKey(text.slice(1).trim(), place), is: 'absent' }
    : { key: labelKey(text, place), is: 'exists' };
}

function labelKey(text: string, place: number): string {
  if (!KEY.test(text)) throw new SelectorError(`requirement ${place} does not begin with a label key`);
  return text;
}

function labelValue(text: string, place: number): string {
  if (!VALUE.test(text)) throw new SelectorError(`the value of requirement ${place} is not a label value`);
  return text;
}

/** Whether labels satisfy every requirement. `!=` and `notin` are true of an object without the label, as in Kubernetes. */
export function matches(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  return selector.every((requirement) => satisfies(requirement, labels));
}

function satisfies(requirement: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.is) {
    case 'in':
      return value !== undefined && requirement.values.includes(value);
    case 'notin':
      return value === undefined || !requirement.values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
  }
}
