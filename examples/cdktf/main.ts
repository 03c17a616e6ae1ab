// An org with a budget and one governed team. `npm run synth` writes cdktf.out/stacks/governed, which Terraform applies.

import { App, TerraformOutput, TerraformStack, TerraformVariable } from 'cdktn';
import type { Construct } from 'constructs';
import { Budget } from './.gen/providers/lattice/budget';
import { Org } from './.gen/providers/lattice/org';
import { LatticeProvider } from './.gen/providers/lattice/provider';
import { GovernedTeam } from './governed-team';

class Governed extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    // Functions of providers came with these.
    this.node.setContext('targetVersions', { terraform: '>=1.8.0', opentofu: '>=1.8.0' });
    // Address and token come from LATTICE_ADDRESS and LATTICE_TOKEN when Terraform runs.
    const lattice = new LatticeProvider(this, 'lattice');
    const name = new TerraformVariable(this, 'org_name', { type: 'string', default: 'hooli' });
    const org = new Org(this, 'org', { name: name.stringValue, displayName: 'Hooli' });
    const company = new Budget(this, 'company', {
      org: org.name,
      name: 'company',
      limitMicroUsd: lattice.functions.usd('500.00'),
    });
    const support = new GovernedTeam(this, 'support', {
      org: org.name,
      team: 'support',
      parentBudget: company.name,
      monthlyLimitUsd: 50,
      models: [{ provider: 'ollama', name: 'llama3.2' }],
      tools: ['search'],
      leads: ['alice'],
      agents: {
        triage: 'Read each ticket and say who should answer it.',
        writer: 'Write a short, friendly answer to the ticket. Promise nothing.',
      },
    });
    new TerraformOutput(this, 'agents', { value: support.agents.map(({ id: agentId }) => agentId) });
  }
}

const app = new App();
new Governed(app, 'governed');
app.synth();
