// The form of what comes over the wire into the workflow. Whoever reaches the namespace can send anything, so each input
// is checked before it is believed. Must never throw on any value, nor pull a schema library into the sandbox.

import type { AgentDirective, AgentMessage } from '../../crds/agent-workflow.ts';
import { refusals } from '../../crds/agent-workflow.ts';
import type { Refusal } from './agent-state.ts';

const mostIdChars = 128;
const mostTextChars = 65_536;

export function refuseDirectiveForm(value: AgentDirective): Refusal | undefined {
  const { generation, fence, desiredState, hold } = fieldsOf(value);
  if (!isCount(generation)) return malformed('directive.generation', 'a whole number from 0 to 2^53-1');
  if (!isCount(fence)) return malformed('directive.fence', 'a whole number from 0 to 2^53-1');
  if (desiredState !== 'running' && desiredState !== 'paused' && desiredState !== 'stopped') {
    return malformed('directive.desiredState', '"running", "paused" or "stopped"');
  }
  if (hold !== undefined && hold !== 'paused' && hold !== 'stopped') {
    return malformed('directive.hold', '"paused", "stopped" or absent');
  }
  return undefined;
}

export function refuseMessageForm(value: AgentMessage): Refusal | undefined {
  const { id, text } = fieldsOf(value);
  if (typeof id !== 'string' || id === '' || id.length > mostIdChars) {
    return malformed('message.id', `a string of 1 to ${mostIdChars} characters`);
  }
  if (typeof text !== 'string' || text.length > mostTextChars) {
    return malformed('message.text', `a string of at most ${mostTextChars} characters`);
  }
  return undefined;
}

/** The declared type is a promise of the sender; here it is unproven. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function malformed(where: string, wanted: string): Refusal {
  return { type: refusals.malformed, message: `${where} must be ${wanted}.` };
}
