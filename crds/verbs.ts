// What can be done to objects and by agents: the verbs of tokens and of roles.

import { holdModes } from './hold.ts';

/** Verbs of the API itself; tokens are given these. `pause` and `halt` place and lift the holds of agents. */
export const apiVerbs = [
  'get',
  'list',
  'create',
  'update',
  'delete',
  'adopt',
  'audit',
  'override',
  ...holdModes,
] as const;

/** All verbs that a role can allow or deny. `invoke` sends a message, `approve` answers a request for approval. */
export const roleVerbs = [...apiVerbs, 'invoke', 'approve', 'delegate'] as const;
export type RoleVerb = (typeof roleVerbs)[number];
