// lattice_agent_hold and lattice_agent_release: an operator's hold on an agent, as actions. Promise: they change no declaration,
// and done twice they are done once.

import { agentHold, resources } from '../../crds/generated/terraform.ts';
import type { HeldAgent } from '../http/controller.ts';
import { idOf } from '../object/key.ts';
import { manifestFields } from '../object/manifest.ts';
import { failure } from '../resource/failure.ts';
import { validateConfig } from '../resource/validate.ts';
import type { ObjectAttribute, ObjectSchema } from '../schema/attribute.ts';
import { keyAttributes, operationSchema } from '../schema/from-definition.ts';
import type { ValueMap } from '../sdk/cty/value.ts';
import { problem } from '../sdk/diagnostics.ts';
import type { Action } from '../sdk/provider.ts';
import { READ_TIMEOUT_MS, type Session } from '../session.ts';

const agent = resources.lattice_agent;

export function holdAction(session: () => Session): Action {
  const schema = operationSchema(agentHold, agentKey());
  return action(session, schema, async ({ controller, operation }, config, held, tell) => {
    const { org, name, mode, ...request } = config;
    await controller.holdAgent(operation, held, manifestFields(schema.attributes, request));
    tell(`${shown(held)} is held: ${held.mode}`);
  });
}

export function releaseAction(session: () => Session): Action {
  const mode = agentHold.request.filter(({ name }) => name === 'mode');
  const description = 'Lifts a hold, so that the agent is what is declared of it.';
  const schema = operationSchema({ description, request: mode, answer: [] }, agentKey());
  return action(session, schema, async ({ controller, operation }, _config, held, tell) => {
    await controller.releaseAgent(operation, held);
    tell(`${shown(held)} is not held any more: ${held.mode}`);
  });
}

function agentKey(): readonly ObjectAttribute[] {
  if (agent === undefined) throw new TypeError('there is no kind Agent');
  return keyAttributes(agent).map(({ at: _at, ...attribute }) => ({
    ...attribute,
    description: attribute.name === 'org' ? 'Org that the agent lives in.' : 'Name of the agent.',
  }));
}

type Configured = { readonly controller: NonNullable<Session['controller']> } & {
  readonly operation: ReturnType<Session['begin']>;
};

function action(
  session: () => Session,
  schema: ObjectSchema,
  carryOut: (
    target: Configured,
    config: ValueMap,
    held: HeldAgent,
    tell: (message: string) => void,
  ) => Promise<void>,
): Action {
  return {
    schema,
    validate: (config) => validateConfig(schema.attributes, config),
    plan: async () => [],
    invoke: async (config, tell) => {
      const { controller, begin } = session();
      if (controller === undefined)
        return [
          problem('The provider is not configured', 'An agent can be held once its endpoint is known.'),
        ];
      const held = {
        org: String(config.org),
        name: String(config.name),
        mode: typeof config.mode === 'string' ? config.mode : DEFAULT_MODE,
      };
      try {
        await carryOut({ controller, operation: begin(READ_TIMEOUT_MS) }, config, held, tell);
        return [];
      } catch (error) {
        return failure(error, schema.attributes, `hold or release ${shown(held)}`);
      }
    },
  };
}

const DEFAULT_MODE = String(agentHold.request.find(({ name }) => name === 'mode')?.default);
const shown = ({ org, name }: HeldAgent): string =>
  agent === undefined ? name : `agent ${idOf(agent, { org, name })}`;
