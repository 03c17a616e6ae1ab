// Every kind's reconciler. A kind without an effect of its own needs one line here.

import { agentRole } from '../../crds/agent-role.ts';
import { agentRoleBinding } from '../../crds/agent-role-binding.ts';
import { budget } from '../../crds/budget.ts';
import { guardrail } from '../../crds/guardrail.ts';
import { meshNetwork } from '../../crds/mesh-network.ts';
import { modelProvider } from '../../crds/model-provider.ts';
import { policy } from '../../crds/policy.ts';
import { waiver } from '../../crds/waiver.ts';
import type { Database } from '../../store/database.ts';
import type { TemporalBackend } from '../backends/temporal.ts';
import { agentReconciler } from './agent.ts';
import { meshPeerReconciler } from './mesh-peer.ts';
import { orgReconciler } from './org.ts';
import type { Reconciler } from './reconciler.ts';
import { rowReconciler } from './row.ts';

export function createReconcilers(db: Database, temporal: TemporalBackend): readonly Reconciler[] {
  const table = (name: string) => ({ name: `lattice_${name}`, desired: `desired_${name}` });
  return [
    orgReconciler(db, temporal),
    rowReconciler(db, policy, table('policies'), 'The policy is in force.'),
    rowReconciler(db, waiver, table('waivers'), 'The waiver is in force until it expires.'),
    rowReconciler(db, budget, table('ai_budgets'), 'The limit is in force.'),
    rowReconciler(db, guardrail, table('guardrails'), 'The guardrail is in force.'),
    rowReconciler(db, modelProvider, table('model_providers'), 'The provider can be used.'),
    rowReconciler(db, meshNetwork, table('mesh_networks'), 'The network takes peers.'),
    meshPeerReconciler(db),
    rowReconciler(db, agentRole, table('agent_roles'), 'The role can be given.'),
    rowReconciler(db, agentRoleBinding, table('agent_role_bindings'), 'The role is given.'),
    agentReconciler(db, temporal),
  ];
}
