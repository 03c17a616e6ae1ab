// Records the database of today's programs: `node test/outages/upgrade/record.ts <label>`. Run it for every release, before its
// migrations are changed by the next, and commit the file beside the older ones: upgrades from each are tested for ever.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { apiOf } from '../../support/api.ts';
import { lattice } from '../../support/cli.ts';
import { removeFolder, startDevProcess } from '../../support/dev.ts';
import { eventually } from '../../support/eventually.ts';
import { openWorld } from '../../support/world.ts';
import { dump } from './dump.ts';

const label = process.argv[2];
if (!label) throw new Error('Give a label, such as the version: record.ts v1');

const EXAMPLES = join(import.meta.dirname, '../../../examples/yaml');

const dev = await startDevProcess({ sweepIntervalMs: 300 });
const world = await openWorld(dev.state);
try {
  const applied = await lattice(dev.state, ['apply', '-f', EXAMPLES]);
  if (applied.code !== 0) throw new Error(applied.stderr);
  await makeHistory();
  await eventually(
    'all is done and linked',
    () => world.sql('SELECT object_uid::text FROM work UNION ALL SELECT event_id::text FROM audit_pending'),
    (rows) => rows.length === 0,
  );
  await writeFile(join(import.meta.dirname, `${label}.sql`), await dump(world));
} finally {
  await world.close();
  await dev.stop();
  await removeFolder(dev.folder);
}

/** A repair, a denial, a deletion and an org that is gone with its chain. */
async function makeHistory(): Promise<void> {
  const api = apiOf(dev.state);
  await api.create('/v1/orgs', { metadata: { name: 'gone' } });
  await api.ready('/v1/orgs/gone');
  await api.create('/v1/orgs/gone/budgets', { metadata: { name: 'root' }, spec: { limitMicroUsd: 1 } });
  await api.ready('/v1/orgs/gone/budgets/root');
  await world.sql(`UPDATE lattice_ai_budgets SET limit_micro_usd = 2 WHERE org = 'gone'`);
  await eventually(
    'it is put right',
    () => world.sql(`SELECT FROM lattice_ai_budgets WHERE org = 'gone' AND limit_micro_usd = 1`),
    (rows) => rows.length === 1,
  );
  await apiOf(dev.state, 'terraform/other').send('DELETE', '/v1/orgs/gone/budgets/root');
  for (const path of ['/v1/orgs/gone/budgets/root', '/v1/orgs/gone']) {
    await api.send('DELETE', path);
    await api.gone(path);
  }
}
