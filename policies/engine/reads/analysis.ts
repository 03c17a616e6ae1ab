// Follows where the values of a rule come from, through variables, helper rules, functions and comprehensions.
// Promise: whatever a rule could read of the input is recorded; what is not understood counts as reading everything.
// Never: an evaluation, and never more steps than its budget: past that the rule reads everything.
import {
  type Expression,
  literal,
  type Module,
  parts,
  type Rule,
  ruleName,
  type Term,
  variable,
} from '../ast.ts';
import { packageRoot } from '../module.ts';
import { Frame } from './frame.ts';
import { type Place, step, wholeInput } from './places.ts';
import { importsOf, isTrivial, joinPicked, limitPicked, one, withElse } from './rules.ts';
import { callParts, everyParts, isCall, listed, pairs, scoped, someParts } from './shapes.ts';

export interface Recorded {
  readonly place: Exclude<Place, { at: 'items' }>;
  readonly kinds: ReadonlySet<string> | undefined;
}

const mostSteps = 100_000;

export class Analysis {
  readonly #rules: ReadonlyMap<string, readonly Rule[]>;
  readonly #imports: ReadonlyMap<string, Term>;
  #steps = 0;
  #grown = false;
  #recording = false;
  records: Recorded[] = [];

  constructor(module: Module) {
    this.#rules = Map.groupBy(module.rules.flatMap(withElse), ruleName);
    this.#imports = importsOf(module);
  }

  /** Repeats `pass` until nothing new is found, and records in the last run. */
  run(pass: (frame: Frame) => void): void {
    const frame = new Frame(() => {
      this.#grown = true;
    });
    this.records = [];
    do {
      this.#grown = false;
      pass(frame);
    } while (this.#grown && this.#steps < mostSteps);
    this.#recording = true;
    pass(frame);
    this.#recording = false;
    if (this.#steps >= mostSteps) this.records = [{ place: { at: 'input', path: [] }, kinds: undefined }];
  }

  body(expressions: readonly Expression[], frame: Frame): void {
    frame.forgetLimits();
    for (const expression of expressions) this.#limit(expression, frame);
    for (const expression of expressions) this.#expression(expression, frame);
  }

  /** Records that all of the places is read. */
  use(places: readonly Place[], frame: Frame): void {
    if (!this.#recording) return;
    for (const place of places) {
      if (place.at === 'items') this.use(place.items, frame);
      else
        this.records.push({ place, kinds: place.at === 'change' ? frame.kindsOf(place.change) : undefined });
    }
  }

  term(term: Term, frame: Frame): Place[] {
    if (++this.#steps > mostSteps) return [wholeInput];
    switch (term.type) {
      case 'string':
      case 'number':
      case 'boolean':
      case 'null':
        return [];
      case 'var':
        return this.#name(variable(term) ?? '', term, frame);
      case 'ref':
        return this.#reference(term, frame);
      case 'call': {
        const [operator, ...args] = listed(term);
        return operator ? this.#call(operator, args, term, frame) : [];
      }
      case 'array':
      case 'set':
        return [{ at: 'items', items: listed(term).flatMap((item) => this.term(item, frame)) }];
      case 'object':
        return [
          {
            at: 'items',
            items: pairs(term).flatMap((pair) => pair.flatMap((item) => this.term(item, frame))),
          },
        ];
      default:
        return this.#scoped(term, frame);
    }
  }

  /** Comprehensions and template strings; what is neither is not understood. */
  #scoped(term: Term, frame: Frame): Place[] {
    const known = scoped(term);
    if (!known) {
      this.use([wholeInput], frame);
      return [wholeInput];
    }
    const inner = frame.nested(term);
    this.body(known.body, inner);
    const items = known.heads.flatMap((head) => this.term(head, inner));
    limitPicked(items, inner);
    return known.heads.length === 0 ? [] : [{ at: 'items', items }];
  }

  #expression({ terms, with: replaced = [] }: Expression, frame: Frame): void {
    for (const { target, value } of replaced) {
      this.use(this.term(value, frame), frame);
      // Where a rule or a function is replaced, nothing that was found out about it holds.
      if (variable(parts(target)?.[0] ?? target) !== 'input') this.use([wholeInput], frame);
    }
    const some = someParts(terms);
    const every = everyParts(terms);
    if (some) {
      for (const name of some.names) frame.declare(name);
      if (some.from) this.#iterate(some.key, some.value, some.from, terms, frame, frame);
    } else if (every) {
      const inner = frame.nested(terms);
      this.#iterate(every.key ?? undefined, every.value, every.domain, terms, frame, inner);
      this.body(every.body, inner);
    } else if (isCall(terms)) {
      const { name, args, operator } = callParts(terms);
      const [left, right] = args;
      if (name === 'assign' && left && right) this.#bind(left, this.term(right, frame), frame, terms, true);
      else if (name === 'eq' && left && right) this.#unify(left, right, frame, terms);
      else this.use(this.#call(operator, args, terms, frame), frame);
    } else if ('type' in terms) this.use(this.term(terms, frame), frame);
  }

  /** `some key, value in collection`: names the change by the key where there is one, so that `changes[key]` is the same. */
  #iterate(
    key: Term | undefined,
    value: Term | undefined,
    from: Term,
    spot: unknown,
    frame: Frame,
    inner: Frame,
  ): void {
    const keyName = variable(key);
    for (const name of [keyName, variable(value)]) if (name !== undefined) inner.declare(name);
    if (key && keyName === undefined) this.use(this.term(key, frame), frame);
    const items = step(this.term(from, frame), undefined, () => inner.pick(keyName ?? spot));
    if (value) this.#bind(value, items, inner, spot, true);
  }

  #unify(left: Term, right: Term, frame: Frame, source: unknown): void {
    const open = (term: Term) => {
      const known = frame.variable(variable(term) ?? '');
      const free =
        known === undefined
          ? !this.#rules.has(variable(term) ?? '')
          : [...known.sources].every((other) => other === source);
      return (
        (term.type === 'var' && term.value !== 'input' && free) ||
        term.type === 'array' ||
        term.type === 'object'
      );
    };
    if (open(left)) this.#bind(left, this.term(right, frame), frame, source, false);
    else if (open(right)) this.#bind(right, this.term(left, frame), frame, source, false);
    else for (const side of [left, right]) this.use(this.term(side, frame), frame);
  }

  #bind(pattern: Term, places: readonly Place[], frame: Frame, source: unknown, declare: boolean): void {
    const name = variable(pattern);
    if (name !== undefined) {
      if (declare) frame.declare(name);
      const known = frame.variable(name);
      // Bound elsewhere too: then this compares the two.
      if (known && [...known.sources].some((other) => other !== source))
        this.use([...places, ...known.places], frame);
      frame.add(name, places, source);
    } else if (pattern.type === 'array')
      for (const [index, item] of listed(pattern).entries())
        this.#bind(
          item,
          step(places, String(index), () => frame.pick(item)),
          frame,
          source,
          declare,
        );
    else if (pattern.type === 'object')
      for (const [key, value] of pairs(pattern))
        this.#bind(
          value,
          step(places, literal(key), () => frame.pick(value)),
          frame,
          source,
          declare,
        );
    else this.use([...places, ...this.term(pattern, frame)], frame);
  }

  #name(name: string, node: unknown, frame: Frame): Place[] {
    const known = frame.variable(name);
    if (known) return [...known.places];
    if (name === 'input') return [wholeInput];
    const imported = this.#imports.get(name);
    if (imported) return this.term(imported, frame);
    return this.#rules.has(name) ? this.#rule(name, node, frame) : [];
  }

  #reference(term: Term, frame: Frame): Place[] {
    const [head, ...rest] = parts(term) ?? [];
    if (!head) return [];
    const own = packageRoot.length + 1;
    if (variable(head) !== 'data') return this.#follow(this.term(head, frame), rest, frame);
    const rule = literal(rest[own]);
    if (rule === undefined) {
      // The package as a whole.
      this.use([wholeInput], frame);
      return [wholeInput];
    }
    return this.#follow(
      this.#rules.has(rule) ? this.#rule(rule, term, frame) : [],
      rest.slice(own + 1),
      frame,
    );
  }

  #follow(start: readonly Place[], keys: readonly Term[], frame: Frame): Place[] {
    let places = [...start];
    for (const key of keys) {
      const name = variable(key);
      if (name === undefined && literal(key) === undefined) this.use(this.term(key, frame), frame);
      if (name !== undefined) this.#index(name, places, key, frame);
      const constant = literal(key) ?? (key.type === 'number' ? String(key.value) : undefined);
      places = step(places, constant, () => frame.pick(name ?? key));
    }
    return places;
  }

  /** A variable as a key: of a set it is the element itself; one that came from the input is read. */
  #index(name: string, places: readonly Place[], spot: unknown, frame: Frame): void {
    if (!frame.variable(name) && this.#rules.has(name)) this.use(this.#rule(name, spot, frame), frame);
    const known = frame.variable(name);
    if (known && [...known.sources].some((other) => other !== spot)) this.use(known.places, frame);
    const elements = places.flatMap((place) => (place.at === 'items' ? place.items : []));
    if (elements.length > 0) frame.add(name, elements, spot);
  }

  #call(operator: Term, args: readonly Term[], node: unknown, frame: Frame): Place[] {
    const path = parts(operator)?.map((part) => variable(part) ?? literal(part) ?? '') ?? [];
    const name = path[0] === 'data' ? path.at(-1) : path.length === 1 ? path[0] : undefined;
    const definitions = (name !== undefined && this.#rules.get(name)) || [];
    if (definitions.some(({ head }) => head.args)) return this.#function(definitions, args, node, frame);
    if (path.join('.') === 'internal.print') return [];
    if (path.join('.') === 'object.get') {
      const [from, key, fallback] = args;
      const keys =
        key && (literal(key) !== undefined ? [key] : key.type === 'array' ? listed(key) : undefined);
      if (from && fallback && keys?.every((part) => literal(part) !== undefined))
        return [...this.#follow(this.term(from, frame), keys, frame), ...this.term(fallback, frame)];
    }
    for (const arg of args) this.use(this.term(arg, frame), frame);
    return [];
  }

  #function(definitions: readonly Rule[], args: readonly Term[], node: unknown, frame: Frame): Place[] {
    const given = args.map((arg) => this.term(arg, frame));
    const out = definitions.flatMap((rule, index) => {
      const inner = frame.called(node, index);
      for (const [at, parameter] of (rule.head.args ?? []).entries())
        this.#bind(parameter, given[at] ?? [], inner, node, true);
      this.body(rule.body, inner);
      return rule.head.value ? this.term(rule.head.value, inner) : [];
    });
    // An argument more than parameters takes the result.
    const result = args[definitions[0]?.head.args?.length ?? args.length];
    if (result) this.#bind(result, out, frame, node, false);
    return out;
  }

  /** The value of a helper rule: its definitions together. */
  #rule(name: string, node: unknown, frame: Frame): Place[] {
    const definitions = this.#rules.get(name) ?? [];
    const places = definitions.flatMap((rule, index) => {
      const inner = frame.called(node, index);
      this.body(rule.body, inner);
      const { key, value, ref } = rule.head;
      const found = [key, value].flatMap((term) => (term ? this.term(term, inner) : []));
      if (ref.length > (key ? 2 : 1)) {
        this.use(found, inner);
        return [];
      }
      limitPicked(found, inner);
      return key ? [{ at: 'items' as const, items: found }] : found;
    });
    joinPicked(places.flatMap((place) => (place.at === 'items' ? place.items : [])));
    return places;
  }

  /** `c.kind == "Agent"` and `c.kind in {"Agent", "Budget"}` limit what the rest of the body sees. */
  #limit({ terms, negated, with: replaced }: Expression, frame: Frame): void {
    if (negated || replaced || !isCall(terms)) return;
    const { name, args } = callParts(terms);
    const [left, right] = args;
    if (!left || !right) return;
    const limit = (subject: Term, kinds: readonly string[] | undefined) => {
      const [place, ...others] = this.term(subject, frame);
      if (kinds && place?.at === 'change' && others.length === 0 && place.path.join('/') === 'kind')
        frame.limit(place.change, new Set(kinds));
    };
    if (name === 'equal' || name === 'eq') {
      limit(left, one(literal(right)));
      limit(right, one(literal(left)));
    } else if (name === 'internal.member_2') limit(left, this.#constants(right, frame));
  }

  /** The texts of a literal set or array, also where a rule gives it a name. */
  #constants(term: Term, frame: Frame): string[] | undefined {
    const name = variable(term);
    if (name !== undefined) {
      const [rule, ...others] = (!frame.variable(name) && this.#rules.get(name)) || [];
      const isConstant =
        others.length === 0 && rule?.head.value && !rule.head.key && !rule.head.args && isTrivial(rule);
      return isConstant && rule.head.value ? this.#constants(rule.head.value, frame) : undefined;
    }
    if (term.type !== 'set' && term.type !== 'array') return undefined;
    const texts = listed(term).map(literal);
    return texts.every((text) => text !== undefined) ? texts : undefined;
  }
}
