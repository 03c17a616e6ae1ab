// The database of `lattice dev`: made once, with a login for the controller and one for the worker that may do no more than
// they would in a real deployment. Their passwords are made anew at each start and kept nowhere.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../store/migrate.ts';

const DATABASE = 'lattice';

export interface DevDatabase {
  /** As the superuser. */
  readonly ownerUrl: string;
  readonly controllerUrl: string;
  readonly workerUrl: string;
}

export async function prepareDatabase(
  urlOf: (database?: string) => string,
  onProgress: (line: string) => void,
): Promise<DevDatabase> {
  await withClient(urlOf('postgres'), async (client) => {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  });
  const ownerUrl = urlOf(DATABASE);
  const applied = await migrate(ownerUrl);
  if (applied.length > 0) onProgress(`applied ${applied.length} migrations`);
  return {
    ownerUrl,
    controllerUrl: await login(ownerUrl, 'lattice_dev_controller', 'lattice_controller'),
    workerUrl: await login(ownerUrl, 'lattice_dev_worker', 'lattice_runtime'),
  };
}

async function login(ownerUrl: string, user: string, role: string): Promise<string> {
  const password = randomBytes(24).toString('hex');
  await withClient(ownerUrl, async (client) => {
    const found = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user]);
    // Identifiers and a hex password: nothing here comes from outside.
    await client.query(
      `${found.rowCount === 0 ? 'CREATE' : 'ALTER'} ROLE ${user} LOGIN PASSWORD '${password}'`,
    );
    await client.query(`GRANT ${role} TO ${user}`);
  });
  const url = new URL(ownerUrl);
  url.username = user;
  url.password = password;
  return url.href;
}

async function withClient(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
