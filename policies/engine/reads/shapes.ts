// The shapes of nodes that the analysis takes apart.
// Promise: parsed; a node of another shape is undefined, never half read. Never: knowledge of places.
import { z } from 'zod';
import {
  bodySchema,
  type Every,
  type Expression,
  expressionSchema,
  literal,
  parseOnce,
  parseTerms,
  parts,
  type Term,
  termSchema,
  variable,
} from '../ast.ts';

type Terms = Expression['terms'];

const parsePairs = parseOnce(z.array(z.tuple([termSchema, termSchema])));
const parseOneHead = parseOnce(z.object({ term: termSchema, body: bodySchema }));
const parseTwoHeads = parseOnce(z.object({ key: termSchema, value: termSchema, body: bodySchema }));
/** The parts that are texts become no expression. */
const parseTemplate = parseOnce(
  z.object({ parts: z.array(z.union([expressionSchema, z.object({ type: z.literal('string') })])) }),
);

export function listed(term: Term): readonly Term[] {
  return parseTerms(term.value ?? []);
}

export function pairs(term: Term): readonly (readonly [Term, Term])[] {
  return parsePairs(term.value ?? []);
}

/** What opens a scope of its own: its body, and what it gives for each solution of that. */
export function scoped(term: Term): { body: readonly Expression[]; heads: readonly Term[] } | undefined {
  switch (term.type) {
    case 'arraycomprehension':
    case 'setcomprehension': {
      const { term: head, body } = parseOneHead(term.value);
      return { body, heads: [head] };
    }
    case 'objectcomprehension': {
      const { key, value, body } = parseTwoHeads(term.value);
      return { body, heads: [key, value] };
    }
    case 'templatestring': {
      const body = parseTemplate(term.value).parts.filter((part) => 'terms' in part);
      return { body, heads: [] };
    }
    default:
      return undefined;
  }
}

export function isCall(terms: Terms): terms is readonly Term[] {
  return Array.isArray(terms);
}

export function callParts(terms: readonly Term[]): { operator: Term; name: string; args: readonly Term[] } {
  const [operator = { type: 'null' }, ...args] = terms;
  const name =
    parts(operator)
      ?.map((part) => variable(part) ?? literal(part))
      .join('.') ?? '';
  return { operator, name, args };
}

export function everyParts(terms: Terms): Every | undefined {
  return 'domain' in terms ? terms : undefined;
}

export interface Some {
  readonly names: readonly string[];
  readonly key?: Term | undefined;
  readonly value?: Term | undefined;
  readonly from?: Term | undefined;
}

/** `some x`, `some x in from` or `some k, x in from`. */
export function someParts(terms: Terms): Some | undefined {
  if (!('symbols' in terms)) return undefined;
  const [first] = terms.symbols;
  if (first?.type !== 'call')
    return { names: terms.symbols.map(variable).filter((name) => name !== undefined) };
  const [, ...args] = listed(first);
  const names = args.slice(0, -1).flatMap(namesIn);
  return args.length === 3
    ? { names, key: args[0], value: args[1], from: args[2] }
    : { names, value: args[0], from: args[1] };
}

function namesIn(pattern: Term): string[] {
  const name = variable(pattern);
  if (name !== undefined) return [name];
  if (pattern.type === 'array') return listed(pattern).flatMap(namesIn);
  return pattern.type === 'object' ? pairs(pattern).flatMap(([, value]) => namesIn(value)) : [];
}
