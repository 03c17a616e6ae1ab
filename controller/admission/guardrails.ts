// What a guardrail would mean for the agents that run already. It takes force at once and stops nobody: whoever declares
// it is told which agents would be held up.

import { type AgentSpec, agentSpec } from '../../crds/agent.ts';
import { type Finding, finding } from '../../crds/findings.ts';
import { type GuardrailSpec, guardrailSpec } from '../../crds/guardrail.ts';
import type { ValidManifest } from '../../crds/validate.ts';
import type { Caller } from './caller.ts';
import { readSelector, selected, selectorFindings } from './selectors.ts';
import type { World } from './world.ts';

/** Names in one message. */
const MOST_NAMES = 10;

interface Running {
  readonly name: string;
  readonly spec: AgentSpec;
}

export async function guardrailFindings(
  world: World,
  manifest: ValidManifest,
  _caller: Caller,
  unknown: readonly string[],
): Promise<Finding[]> {
  const { shape } = guardrailSpec;
  const selector = readSelector(manifest.spec.selector);
  // Which agents it reaches is not known yet; the manifest holds the default, which reaches all.
  if (selector === undefined || unknown.includes('/spec/selector')) return [];
  const agents = (await selected(world, manifest.org, 'Agent', selector)).flatMap(
    ({ name, spec }): Running[] => {
      const parsed = agentSpec.safeParse(spec);
      return parsed.success && parsed.data.desiredState !== 'stopped' ? [{ name, spec: parsed.data }] : [];
    },
  );
  const models = shape.models.safeParse(manifest.spec.models).data;
  const tools = shape.tools.safeParse(manifest.spec.tools).data;
  return [
    ...(await selectorFindings(world, manifest.org, {
      pointer: '/spec/selector',
      text: String(manifest.spec.selector),
      kinds: ['Agent'],
    })),
    ...(models === undefined ? [] : modelFindings(agents, models)),
    ...(tools === undefined ? [] : toolFindings(agents, tools)),
  ];
}

function modelFindings(agents: readonly Running[], models: GuardrailSpec['models']): Finding[] {
  const held = agents.filter(
    ({ spec }) =>
      !models.some(({ provider, name }) => provider === spec.model.provider && name === spec.model.name),
  );
  const names = held.map(({ name, spec }) => `${name} (${spec.model.provider} ${spec.model.name})`);
  return violation('/spec/models', names, 'calls a model that is', 'call models that are');
}

function toolFindings(agents: readonly Running[], tools: readonly string[]): Finding[] {
  const names = agents.flatMap(({ name, spec }) => {
    const unlisted = spec.tools.filter((tool) => !tools.includes(tool));
    return unlisted.length === 0 ? [] : [`${name} (${unlisted.join(', ')})`];
  });
  return violation('/spec/tools', names, 'may use tools that are', 'may use tools that are');
}

function violation(pointer: string, names: readonly string[], one: string, many: string): Finding[] {
  if (names.length === 0) return [];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const shown = `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
  const message =
    names.length === 1
      ? `agent ${shown} ${one} not on the list; it runs on without them`
      : `agents ${shown} ${many} not on the list; they run on without them`;
  return [finding('GuardrailViolated', pointer, message, 'warning')];
}
