// A disk of Postgres that is really full: the objects move to a tablespace on a small file system of their own. Where none may be
// mounted, Postgres is made to answer as if, by a trigger.

import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresAccount } from '../../servers/account.ts';
import { run } from '../../servers/command.ts';
import type { World } from '../support/world.ts';

export interface Disk extends AsyncDisposable {
  /** Leaves no room. */
  fill(): Promise<void>;
  empty(): Promise<void>;
}

const TABLES = ['objects', 'audit_event'];

export async function smallDisk(world: World): Promise<Disk> {
  const folder = await mkdtemp(join(tmpdir(), 'lattice-disk-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  if (mounted) return await realDisk(world, folder);
  await rm(folder, { recursive: true });
  return pretendedDisk(world);
}

async function realDisk(world: World, folder: string): Promise<Disk> {
  const account = await postgresAccount(() => {});
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  await world.sql(`CREATE TABLESPACE small LOCATION '${folder}'`);
  for (const table of TABLES) await world.sql(`ALTER TABLE ${table} SET TABLESPACE small`);
  const empty = async () => {
    await world.sql('DROP TABLE IF EXISTS filler');
  };
  return {
    empty,
    fill: async () => {
      await world.sql('CREATE TABLE filler (text text) TABLESPACE small');
      for (const rows of [1_000, 100, 10, 1])
        for (let full = false; !full; )
          full = await world
            .sql(`INSERT INTO filler SELECT repeat('x', 1500) FROM generate_series(1, ${rows})`)
            .then(
              () => false,
              () => true,
            );
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await empty();
        for (const table of TABLES) await world.sql(`ALTER TABLE ${table} SET TABLESPACE pg_default`);
        await world.sql('DROP TABLESPACE small');
      } finally {
        // Lazily: where the lines above failed, Postgres still has files open there.
        await run('umount', ['--lazy', folder]);
        await rm(folder, { recursive: true });
      }
    },
  };
}

function pretendedDisk(world: World): Disk {
  const empty = async () => {
    await world.sql('DROP FUNCTION IF EXISTS no_room CASCADE');
  };
  return {
    empty,
    fill: async () => {
      await world.sql(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$`);
      await world.sql(
        'CREATE TRIGGER no_room BEFORE INSERT ON objects FOR EACH ROW EXECUTE FUNCTION no_room()',
      );
    },
    [Symbol.asyncDispose]: empty,
  };
}
