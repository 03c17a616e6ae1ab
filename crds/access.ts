// What a subject may and may not do in an org, as the API answers it: every rule that reaches the subject, each with where
// it comes from.

import { z } from 'zod';
import { ruleEffects } from './agent-role.ts';
import { subjectTypes } from './agent-role-binding.ts';

export const subjectSchema = z.object({
  type: z.enum(subjectTypes),
  name: z.string(),
  /** Groups that the subject is in, as whoever asks says. */
  groups: z.array(z.string()),
});

export const permissionSchema = z.object({
  effect: z.enum(ruleEffects),
  /** Verbs, or `*` for all. */
  verbs: z.array(z.string()),
  /** Kinds, or `*` for all. */
  kinds: z.array(z.string()),
  /** Labels of the objects that the rule is about; all when empty. */
  selector: z.string(),
  origin: z.object({
    /** The binding that gives the role. */
    binding: z.string(),
    /** As the binding names it, e.g. `group:ops`. */
    subject: z.string(),
    /** From the role that is bound to the one that has the rule, each inheriting from the next. */
    roles: z.array(z.string()).min(1),
  }),
});
export type Permission = z.infer<typeof permissionSchema>;

export const accessSchema = z.object({
  org: z.string(),
  subject: subjectSchema,
  permissions: z.array(permissionSchema),
});
export type Access = z.infer<typeof accessSchema>;
