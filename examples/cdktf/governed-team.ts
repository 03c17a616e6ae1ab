// A team under governance as a construct: a budget, a guardrail, agents that are held to both, and a role for who leads them.

import { Construct } from 'constructs';
import { Agent } from './.gen/providers/lattice/agent';
import { AgentRole } from './.gen/providers/lattice/agent-role';
import { AgentRoleBinding } from './.gen/providers/lattice/agent-role-binding';
import { Budget } from './.gen/providers/lattice/budget';
import { Guardrail } from './.gen/providers/lattice/guardrail';

export interface Model {
  readonly provider: string;
  readonly name: string;
}

export interface GovernedTeamProps {
  readonly org: string;
  readonly team: string;
  readonly parentBudget: string;
  /** Whole US dollars a month. Money is a number here, and beyond 2^53 micro-USD JavaScript would round it. */
  readonly monthlyLimitUsd: number;
  readonly models: readonly [Model, ...Model[]];
  readonly tools: readonly string[];
  readonly leads: readonly string[];
  /** Instructions by the name of the agent. */
  readonly agents: Readonly<Record<string, string>>;
}

const MICRO_USD = 1_000_000;

export class GovernedTeam extends Construct {
  readonly budget: Budget;
  readonly agents: readonly Agent[];

  constructor(scope: Construct, id: string, props: GovernedTeamProps) {
    super(scope, id);
    const { org, team } = props;
    const labels = { team };
    const selector = `team=${team}`;
    const limitMicroUsd = props.monthlyLimitUsd * MICRO_USD;
    this.budget = new Budget(this, 'budget', {
      org,
      name: team,
      labels,
      parent: props.parentBudget,
      limitMicroUsd,
      softThresholdsMicroUsd: [limitMicroUsd * 0.5, limitMicroUsd * 0.8].map(Math.floor),
    });
    const guardrail = new Guardrail(this, 'guardrail', {
      org,
      name: team,
      labels,
      selector,
      models: [...props.models],
      tools: [...props.tools],
      pii: { input: 'mask' },
    });
    this.agents = Object.entries(props.agents).map(
      ([name, instructions]) =>
        new Agent(this, `agent-${name}`, {
          org,
          name: `${team}-${name}`,
          labels,
          budget: this.budget.name,
          instructions,
          tools: [...props.tools],
          model: props.models[0],
          // No agent runs before it is held to something.
          dependsOn: [guardrail],
        }),
    );
    const lead = new AgentRole(this, 'lead', {
      org,
      name: `${team}-lead`,
      rules: [{ verbs: ['invoke', 'approve'], kinds: ['Agent'], selector }],
    });
    new AgentRoleBinding(this, 'leads', {
      org,
      name: `${team}-leads`,
      role: lead.name,
      subjects: props.leads.map((name) => ({ type: 'user', name })),
    });
  }
}
