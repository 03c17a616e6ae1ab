// lattice_api_token: a token that lives as long as a run of Terraform, at most. Promise: it is revoked at the end of the run; what
// is kept for that is its id. Never: the token anywhere but in the answer that Terraform asked for.

import { apiToken } from '../../crds/generated/terraform.ts';
import { manifestFields } from '../object/manifest.ts';
import { failure } from '../resource/failure.ts';
import { validateConfig } from '../resource/validate.ts';
import { operationSchema } from '../schema/from-definition.ts';
import { problem, warning } from '../sdk/diagnostics.ts';
import type { EphemeralResource, Opened, Renewed } from '../sdk/provider.ts';
import type { Private } from '../sdk/resource.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';

/** However often it is renewed, it ends then. */
const MOST_LIFE_MS = 86_400_000;
/** The controller gives no token for less. */
const LEAST_TTL_SECONDS = 60;

export function apiTokenResource(session: () => Session): EphemeralResource {
  const schema = operationSchema(apiToken);
  const fault = (error: unknown, doing: string) => failure(error, schema.attributes, doing);
  return {
    schema,
    validate: (config) => validateConfig(schema.attributes, config),
    open: async (config): Promise<Opened> => {
      const { controller, begin } = session();
      if (controller === undefined) return { result: null, private: {}, diagnostics: [NOT_CONFIGURED] };
      const asked = Date.now();
      try {
        const minted = await controller.mintToken(
          begin(READ_TIMEOUT_MS),
          manifestFields(schema.attributes, config),
        );
        const ttlMs = Date.parse(minted.expiresAt) - asked;
        return {
          result: {
            ...config,
            id: minted.id,
            name: minted.name,
            expires_at: minted.expiresAt,
            token: minted.token,
          },
          private: {
            id: minted.id,
            ttlSeconds: String(Math.round(ttlMs / 1_000)),
            endsAt: String(asked + MOST_LIFE_MS),
          },
          renewAt: halfway(asked, asked + ttlMs),
          diagnostics: [],
        };
      } catch (error) {
        return { result: null, private: {}, diagnostics: fault(error, 'mint a token') };
      }
    },
    renew: async (kept): Promise<Renewed> => {
      const { controller, begin } = session();
      if (controller === undefined) return { private: kept, diagnostics: [NOT_CONFIGURED] };
      const now = Date.now();
      const left = Math.floor((Number(kept.endsAt) - now) / 1_000);
      if (left < LEAST_TTL_SECONDS) return { private: kept, diagnostics: [TOO_OLD] };
      try {
        const ttlSeconds = Math.min(Number(kept.ttlSeconds), left);
        const renewed = await controller.renewToken(begin(READ_TIMEOUT_MS), idOf(kept), ttlSeconds);
        return { private: kept, renewAt: halfway(now, Date.parse(renewed.expiresAt)), diagnostics: [] };
      } catch (error) {
        return { private: kept, diagnostics: fault(error, `renew the token ${idOf(kept)}`) };
      }
    },
    close: async (kept) => {
      const { controller, begin } = session();
      if (controller === undefined || kept.id === undefined) return [];
      try {
        await controller.revokeToken(begin(READ_TIMEOUT_MS), kept.id);
        return [];
      } catch (error) {
        return fault(error, `revoke the token ${kept.id}`);
      }
    },
  };
}

const halfway = (from: number, to: number): number => from + (to - from) / 2;
const idOf = (kept: Private): string => kept.id ?? '';

const NOT_CONFIGURED = problem(
  'The provider is not configured',
  'A token can be minted once its endpoint and token are known.',
);
const TOO_OLD = warning(
  'The token cannot be renewed any more',
  'A minted token lives for a day at most. What runs for longer needs a credential of its own.',
);
