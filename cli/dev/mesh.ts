// The host agent of `lattice dev`, in process: a config file for every peer under `<state>/mesh/<org>/<peer>.conf`, without
// private keys. It owns that folder whole: what is edited or deleted is repaired, what no peer stands behind is removed.

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { appendEvent } from '../../audit/append.ts';
import type { Log } from '../../config/log.ts';
import type { PeerRow } from '../../controller/mesh/config.ts';
import { configsOf, type NetworkTables, type PeerConfig, readNetworks } from '../../controller/mesh/read.ts';
import { meshPeer } from '../../crds/mesh-peer.ts';
import type { Database } from '../../store/database.ts';
import { type Found, keepFile } from '../mesh/file.ts';
import { privateFolder } from './state.ts';

export interface MeshAgentOptions {
  readonly db: Database;
  readonly folder: string;
  readonly log: Log;
  readonly intervalMs: number;
}

export interface MeshAgent {
  stop(): Promise<void>;
}

interface Repair {
  readonly peer: PeerRow;
  readonly path: string;
  readonly found: Found;
}

export function startMeshAgent(options: MeshAgentOptions): MeshAgent {
  const agent = meshAgent(options);
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const tick = (): void => {
    running = agent
      .look()
      .catch((error: unknown) =>
        options.log.warn({ error: String(error) }, 'the mesh files were not kept; trying again'),
      )
      .then(() => {
        if (!stopped) timer = setTimeout(tick, options.intervalMs);
      });
  };
  tick();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** One look at a time; what it wrote is remembered, so that an edit is told from a change of what is declared. */
export function meshAgent({ db, folder, log }: Omit<MeshAgentOptions, 'intervalMs'>): {
  look(): Promise<void>;
} {
  let written = new Map<string, string>();
  const unreported: Repair[] = [];
  const render = renderer(log);

  const look = async (): Promise<void> => {
    const { configs, broken } = render(await readNetworks(db));
    const wanted = new Map<string, string>();
    await privateFolder(folder);
    for (const { peer, text } of configs) {
      const path = join(folder, peer.org, `${peer.name}.conf`);
      wanted.set(path, text);
      await privateFolder(join(folder, peer.org));
      const found = await keepFile(path, text);
      if (found === 'as-wanted') continue;
      if (written.get(path) === text) unreported.push({ peer, path, found });
      else log.info({ org: peer.org, peer: peer.name, path }, 'wrote a mesh config');
    }
    // While a network cannot be rendered its files stay as they are: an outdated config is better than none.
    if (!broken) {
      written = wanted;
      await removeOthers(folder, new Set(wanted.keys()), log);
    } else for (const [path, text] of wanted) written.set(path, text);
    for (let repair = unreported[0]; repair !== undefined; repair = unreported[0]) {
      await report(db, log, repair);
      unreported.shift();
    }
  };
  return { look };
}

/** Renders a network again only when its rows have changed. */
function renderer(
  log: Log,
): (networks: readonly NetworkTables[]) => { configs: PeerConfig[]; broken: boolean } {
  let known = new Map<string, PeerConfig[]>();
  return (networks) => {
    const rendered = new Map<string, PeerConfig[]>();
    let broken = false;
    for (const network of networks)
      try {
        const rows = JSON.stringify(network);
        rendered.set(rows, known.get(rows) ?? configsOf(network));
      } catch (error) {
        broken = true;
        const { org, name } = network;
        log.warn({ org, network: name, error: String(error) }, 'a mesh network is not rendered');
      }
    known = rendered;
    return { configs: [...rendered.values()].flat(), broken };
  };
}

async function removeOthers(folder: string, wanted: ReadonlySet<string>, log: Log): Promise<void> {
  const orgs = await readdir(folder, { withFileTypes: true });
  for (const org of orgs) {
    const inOrg = join(folder, org.name);
    const names = org.isDirectory() ? await readdir(inOrg) : [];
    const kept = names.filter((name) => wanted.has(join(inOrg, name)));
    const gone =
      kept.length === 0
        ? [inOrg]
        : names.filter((name) => !kept.includes(name)).map((name) => join(inOrg, name));
    for (const path of gone) {
      await rm(path, { recursive: true, force: true });
      log.info({ path }, 'removed a mesh file that no peer stands behind');
    }
  }
}

async function report(db: Database, log: Log, { peer, path, found }: Repair): Promise<void> {
  log.warn({ org: peer.org, peer: peer.name, path, found }, 'repaired a mesh config');
  await db.transaction(async (tx) => {
    await appendEvent(
      tx,
      { org: peer.org },
      {
        actor: { type: 'controller', id: 'mesh-agent' },
        source: 'mesh',
        owner: null,
        kind: meshPeer.name,
        org: peer.org,
        name: peer.name,
        uid: peer.uid,
        generation: null,
        action: 'repair',
        phase: 'outcome',
        changed: [`mesh/${peer.org}/${peer.name}.conf`],
        outcome: 'ok',
        reason: 'Repaired',
        message: `the config on its host was ${found}`,
      },
    );
  });
}
