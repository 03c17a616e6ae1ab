// How the story ends: everything is taken away again, and the ledger tells all of it.

import assert from 'node:assert/strict';
import { namespaceOf } from '../../crds/agent-workflow.ts';
import { lattice } from '../support/cli.ts';
import { copyLedger } from './copy.ts';
import { AUTO, type Step } from './story.ts';

export const ending: readonly Step[] = [
  {
    name: 'terraform destroy leaves no workflow, no row and no work',
    tell: async (scene, show) => {
      const { terraform, governance, world, org } = scene;
      show((await governance.run('destroy', ...AUTO)).lastLine);
      show((await terraform.run('destroy', ...AUTO)).lastLine);
      for (const table of [
        'objects',
        'lattice_agents',
        'lattice_ai_budgets',
        'lattice_agent_roles',
        'lattice_mesh_peers',
      ])
        assert.deepEqual(await world.sql(`SELECT * FROM ${table} WHERE org = $1`, [org]), []);
      assert.deepEqual(await world.sql('SELECT * FROM lattice_orgs'), []);
      assert.deepEqual(await world.sql('SELECT * FROM work'), []);
      await assert.rejects(
        world.temporal(namespaceOf(org)).workflow.getHandle('agent/any').describe(),
        /not found/i,
      );
      show(`no object, no row, no work; Temporal has no namespace ${namespaceOf(org)}`);
    },
  },
  {
    name: 'lattice audit verify passes over the whole story',
    tell: async ({ dev }, show) => {
      const verified = await lattice(dev.state, ['audit', 'verify']);
      for (const line of verified.stdout.trimEnd().split('\n')) show(line);
      assert.equal(verified.code, 0);
    },
  },
  {
    name: 'and fails on a copy of the database in which one row was edited',
    tell: async ({ dev, world }, show) => {
      const copy = await copyLedger(world);
      const intact = await lattice(dev.state, ['audit', 'verify', '--database', copy.url]);
      assert.equal(intact.code, 0);
      await copy.edit();
      const broken = await lattice(dev.state, ['audit', 'verify', '--database', copy.url]);
      for (const line of broken.stderr.trimEnd().split('\n')) show(line);
      assert.equal(broken.code, 1);
      assert.match(broken.stderr, /the hash does not match the event/);
    },
  },
];
