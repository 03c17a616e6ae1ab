// Operational holds: somebody keeps an agent from working for a while. A hold is no part of the spec: it never changes what is
// declared, and what is declared never lifts it. The agent is in the stricter of the two states.

import { z } from 'zod';

/** From the mildest to the strictest. Each is the verb that a token needs to place and to lift it. */
export const holdModes = ['pause', 'halt'] as const;
export type HoldMode = (typeof holdModes)[number];

export type HeldState = 'paused' | 'stopped';

/** pause: keeps its state and takes no turn. halt: its workflow is ended, and starts anew when the hold is over. */
export const heldStates: Readonly<Record<HoldMode, HeldState>> = { pause: 'paused', halt: 'stopped' };

export const holdModeSchema = z
  .enum(holdModes)
  .describe('pause: takes no turn. halt: its workflow is ended.');

const expiry = z.iso.datetime({ offset: true });

/** What is sent to place a hold, or to give one another reason or expiry. */
export const holdRequestSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(1024)
    .describe('Why, for whoever finds the agent held. No place for secrets.'),
  expiresAt: expiry
    .optional()
    .describe('When the hold ends by itself, in RFC 3339; it stays until it is lifted when left out.'),
});
export type HoldRequest = z.infer<typeof holdRequestSchema>;

/** A time that is told; what is told is not judged again. */
export const told = z.string().meta({ format: 'date-time' });

export const holdSchema = z.object({
  mode: holdModeSchema,
  actor: z.string().describe('Who placed it or changed it last, as the ledger has it.'),
  reason: z.string().describe('Why.'),
  createdAt: told.describe('When it was placed.'),
  expiresAt: told.optional().describe('When it ends by itself.'),
});
export type Hold = z.infer<typeof holdSchema>;

/** The holds of one agent that are in force, the mildest first. */
export const holdListSchema = z.object({ items: z.array(holdSchema) });

/** The one that decides. */
export function strictestHold<T extends { readonly mode: HoldMode }>(holds: readonly T[]): T | undefined {
  return holds.reduce<T | undefined>(
    (strictest, hold) =>
      strictest === undefined || holdModes.indexOf(hold.mode) > holdModes.indexOf(strictest.mode)
        ? hold
        : strictest,
    undefined,
  );
}
