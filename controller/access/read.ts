// Roles and bindings of an org as they are in force: the rows of the governance tables, not what is declared. Between a
// change and its reconciliation the two differ, and it is the rows that gates act on.

import { z } from 'zod';
import { permissionSchema } from '../../crds/access.ts';
import { subjectTypes } from '../../crds/agent-role-binding.ts';
import type { Queryable } from '../../store/database.ts';
import type { Role, RoleBinding } from './permissions.ts';

const roleRow = z.object({
  name: z.string(),
  inherits: z.array(z.string()),
  rules: z.array(permissionSchema.omit({ origin: true })),
});

const bindingRow = z.object({
  name: z.string(),
  role: z.string(),
  subjects: z.array(z.object({ type: z.enum(subjectTypes), name: z.string() })),
});

export interface RolesInForce {
  readonly roles: readonly Role[];
  readonly bindings: readonly RoleBinding[];
}

export async function rolesInForce(db: Queryable, org: string): Promise<RolesInForce> {
  return {
    roles: await db.rows(roleRow, 'SELECT name, inherits, rules FROM lattice_agent_roles WHERE org = $1', [
      org,
    ]),
    bindings: await db.rows(
      bindingRow,
      'SELECT name, role, subjects FROM lattice_agent_role_bindings WHERE org = $1',
      [org],
    ),
  };
}
