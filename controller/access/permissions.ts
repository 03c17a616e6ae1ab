// What a subject may do, computed from roles and bindings alone: no database, no clock, the same answer in whatever order they
// come. Deny wins whichever role it is from; what no rule allows is denied; what cannot be read never widens a permission.

import type { Permission } from '../../crds/access.ts';
import type { subjectTypes } from '../../crds/agent-role-binding.ts';
import { matches, parseSelector, SelectorError } from '../../crds/selector.ts';

export interface Subject {
  readonly type: (typeof subjectTypes)[number];
  readonly name: string;
  readonly groups?: readonly string[];
}

export type RoleRule = Readonly<Pick<Permission, 'effect' | 'verbs' | 'kinds' | 'selector'>>;

export interface Role {
  readonly name: string;
  readonly inherits: readonly string[];
  readonly rules: readonly RoleRule[];
}

export interface RoleBinding {
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly { readonly type: Subject['type']; readonly name: string }[];
}

export type Permissions = readonly Permission[];

export interface Question {
  readonly verb: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** The rule that decides; absent when no rule speaks of it, which denies. */
  readonly because?: Permission;
}

/** Every rule that reaches the subject, with where it comes from, denials first. */
export function effectivePermissions(
  subject: Subject,
  roles: readonly Role[],
  bindings: readonly RoleBinding[],
): Permissions {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const permissions = bindings.flatMap((binding) =>
    binding.subjects
      .filter((bound) => isSubject(subject, bound))
      .flatMap((bound) =>
        inherited(byName, binding.role).flatMap(({ role, path }) =>
          role.rules.map(
            ({ effect, verbs, kinds, selector }): Permission => ({
              effect,
              verbs: [...new Set(verbs)].sort(),
              kinds: [...new Set(kinds)].sort(),
              selector,
              origin: { binding: binding.name, subject: `${bound.type}:${bound.name}`, roles: path },
            }),
          ),
        ),
      ),
  );
  return inOneOrder(permissions);
}

/** Whether the subject may, and the rule that says so. */
export function decide(permissions: Permissions, question: Question): Decision {
  const speaking = permissions.filter((permission) => speaksOf(permission, question));
  const because =
    speaking.find(({ effect }) => effect === 'deny') ?? speaking.find(({ effect }) => effect === 'allow');
  return because === undefined ? { allowed: false } : { allowed: because.effect === 'allow', because };
}

function isSubject(subject: Subject, bound: RoleBinding['subjects'][number]): boolean {
  return (
    (bound.type === subject.type && bound.name === subject.name) ||
    (bound.type === 'group' && (subject.groups ?? []).includes(bound.name))
  );
}

interface Reached {
  readonly role: Role;
  readonly path: string[];
}

/** The role and what it inherits, each once and by one of its shortest paths: a cycle ends where it began. */
function inherited(roles: ReadonlyMap<string, Role>, name: string): Reached[] {
  const reached = new Map<string, Reached>();
  const open: string[][] = [[name]];
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    const last = path.at(-1) ?? '';
    const role = roles.get(last);
    if (role === undefined || reached.has(last)) continue;
    reached.set(last, { role, path });
    for (const next of [...role.inherits].sort()) open.push([...path, next]);
  }
  return [...reached.values()];
}

function speaksOf(permission: Permission, { verb, kind, labels }: Question): boolean {
  return names(permission.verbs, verb) && names(permission.kinds, kind) && selects(permission, labels);
}

const names = (list: readonly string[], name: string): boolean => list.includes('*') || list.includes(name);

/** A selector that cannot be read (somebody edited the row) denies everything and allows nothing. */
function selects({ selector, effect }: Permission, labels: Question['labels']): boolean {
  try {
    return matches(parseSelector(selector), labels);
  } catch (error) {
    if (error instanceof SelectorError) return effect === 'deny';
    throw error;
  }
}

/** Denials first, then by binding, the nearest role first, then by all else: one question always has one reason. */
function inOneOrder(permissions: readonly Permission[]): Permission[] {
  const keyed = permissions.map((permission) => ({
    permission,
    key: JSON.stringify([
      permission.effect === 'deny' ? 0 : 1,
      permission.origin.binding,
      permission.origin.subject,
      // Two digits, so that the text of the key sorts as the number does.
      String(permission.origin.roles.length).padStart(2, '0'),
      permission.origin.roles,
      permission.verbs,
      permission.kinds,
      permission.selector,
    ]),
  }));
  keyed.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  return keyed.map(({ permission }) => permission);
}
