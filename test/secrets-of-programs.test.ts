// Programs that cannot reach their database, cannot read their settings or crash say so without the secrets that they were given.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apiOf } from './support/api.ts';
import { lookAtFiles, type Planted } from './support/planted.ts';
import { LOGIN, type PlantedWorld, startPlantedWorld } from './support/planted-world.ts';
import { type Program, startProgram } from './support/program.ts';

let place: PlantedWorld;
let garden: Planted;

beforeAll(async () => {
  place = await startPlantedWorld();
  ({ garden } = place);
});

afterAll(() => place.close());

/** Neither in what the programs said nor in what the servers have written because of them. */
async function nothingIsFound(): Promise<void> {
  await place.lookAround();
  expect(garden.findings()).toEqual([]);
}

test('a database that cannot be used, or an address that is none, is told without the password', async () => {
  const wrong = garden.plant('a wrong password of the database', 'pl@nted/');
  const raw = garden.plant('a password that breaks its address');
  const { host, pathname } = new URL(place.world.state.databaseUrl);
  const urls = [
    place.databaseUrl(wrong),
    `postgres://${LOGIN}:${encodeURIComponent(wrong)}@127.0.0.1:1/none`,
    `postgres://${LOGIN}:${encodeURIComponent(wrong)}@${host}/no-such-database`,
    `${LOGIN}:${raw}@${host}${pathname}`,
    `postgres://${LOGIN}:/${raw}@${host}${pathname}`,
  ];
  for (const url of urls) {
    const runs = [
      ['migrate', '--database-url', url],
      ['audit', 'verify', '--database', url],
    ];
    for (const { code } of await Promise.all(runs.map((args) => place.cli(args)))) expect(code).toBe(1);
  }
  const start = (program: string, url = ''): Program =>
    startProgram([program], { ...place.settings(), LATTICE_DATABASE_URL: url });
  for (const url of urls.slice(0, 2)) {
    const [other, noWorker] = [start('controller', url), start('worker', url)];
    const answer = await apiOf({ address: await other.firstLine, token: place.token }).send(
      'GET',
      '/v1/orgs',
    );
    // Also where Postgres answers, but does not let us in.
    expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('DependencyUnavailable')]);
    garden.saw('the answer without a database', answer.text);
    await other.says(/a request was put off/);
    await noWorker.says(/"level":"(warn|error)"/);
    await Promise.all([other.stop(), noWorker.stop()]);
    garden.saw('programs without their database', other.output() + noWorker.output());
  }
  const wrongAddress = start('controller', urls[3]);
  expect(await wrongAddress.ended).toBe(1);
  garden.saw('a controller with a wrong address', wrongAddress.output());
  await nothingIsFound();
}, 300_000);

test('settings and tokens that cannot be read are not quoted', async () => {
  const secret = garden.plant('a line of a broken file');
  const file = join(place.folder, 'broken.yaml');
  for (const text of [`databaseUrl: "postgres://u:${secret}@h/d\n`, secret]) {
    await writeFile(file, text);
    const flags = ['--config', '--tokens-file'];
    for (const other of flags.map((flag) => startProgram(['controller', flag, file], place.settings()))) {
      expect(await other.ended).toBe(1);
      garden.saw('a controller with a broken file', other.output());
    }
  }
  await writeFile(file, `${secret}\n${secret}\n`);
  const other = startProgram(['controller', '--temporal-api-key-file', file], place.settings());
  expect(await other.ended).toBe(1);
  garden.saw('a controller with a broken key', other.output());
  await nothingIsFound();
});

test('a crash leaves a stack, and neither secrets of the error nor the environment', async () => {
  const reports = join(place.folder, 'reports');
  await mkdir(reports);
  // What a driver may hang on an error; thrown from outside of every handler.
  const code = `process.on('SIGHUP', () => { throw Object.assign(new Error('thrown by the test'), {
    connection: process.env.LATTICE_DATABASE_URL, environment: { ...process.env } }); })`;
  const options = ['--report-uncaught-exception', '--report-on-signal', '--report-signal=SIGUSR2'];
  const crashing = {
    ...place.settings(),
    LATTICE_TOKEN: place.token,
    NODE_OPTIONS: [
      `--import=data:text/javascript,${encodeURIComponent(code)}`,
      ...options,
      `--report-directory=${reports}`,
    ].join(' '),
  };
  for (const name of ['controller', 'worker']) {
    const program = startProgram([name], crashing);
    await program.says(/is up"/);
    program.signal('SIGUSR2');
    await program.says(/Node\.js report completed/);
    program.signal('SIGHUP');
    expect(await program.ended).toBe(1);
    expect(program.output()).toContain('Error: thrown by the test');
    garden.saw(`a ${name} that crashed`, program.output());
  }
  await lookAtFiles(reports, () => true, garden);
  expect([...garden.seen.keys()].filter((where) => where.startsWith('file report'))).toHaveLength(2);
  await nothingIsFound();
});
