// The paths of the holds of agents.

import { holdModes } from '../hold.ts';
import { answer, jsonBody, type Node, parameter, problems, ref, text } from './openapi-parts.ts';

export function holdPaths(): Record<string, Node> {
  const agent = [
    parameter('path', 'org', 'Name of the org.', text),
    parameter('path', 'name', 'Name of the agent.', text),
  ];
  const mode = parameter('path', 'mode', 'pause: takes no turn. halt: its workflow is ended.', {
    ...text,
    enum: [...holdModes],
  });
  const operation = (operationId: string, summary: string, rest: Node): Node => ({
    operationId,
    tags: ['Agent'],
    summary,
    ...rest,
  });
  return {
    '/v1/orgs/{org}/agents/{name}/holds': {
      parameters: agent,
      get: operation('listHolds', 'List the holds of one agent that are in force; takes the verb get', {
        responses: {
          200: answer('The holds, the mildest first.', {
            type: 'object',
            properties: { items: { type: 'array', items: ref('Hold') } },
            required: ['items'],
          }),
          ...problems,
        },
      }),
    },
    '/v1/orgs/{org}/agents/{name}/holds/{mode}': {
      parameters: [...agent, mode],
      put: operation('placeHold', 'Hold one agent, or change why and until when; the mode is the verb', {
        requestBody: { required: true, ...jsonBody(ref('HoldRequest')) },
        responses: {
          200: answer('The hold. It takes effect when the workflow acknowledges it.', ref('Hold')),
          ...problems,
        },
      }),
      delete: operation('liftHold', 'Lift a hold of one agent; the mode is the verb', {
        responses: { 200: answer('The hold that was lifted.', ref('Hold')), ...problems },
      }),
    },
  };
}
