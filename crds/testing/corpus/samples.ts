// One object of every kind with every field that can be set at once, and one with no more than it needs. Everything else in the
// corpus is one of these with one thing changed.

import { API_VERSION } from '../../api.ts';
import { kindNamed } from '../../kinds.ts';
import type { Declared } from './entry.ts';

type Spec = Readonly<Record<string, unknown>>;

export interface Sample {
  readonly least: Spec;
  readonly full: Spec;
  /** Fields that another field has a say about: what is allowed of them is written by hand. */
  readonly entangled?: readonly string[];
}

const model = { provider: 'ollama', name: 'smollm2' };

export const samples: Readonly<Record<string, Sample>> = {
  Org: {
    least: {},
    full: { displayName: 'Acme', namespaces: [{ cluster: 'c1', namespace: 'acme' }] },
  },
  Policy: {
    least: { rego: 'package a' },
    full: {
      description: 'Refuses.',
      target: 'runtime',
      enforcement: 'advisory',
      rego: 'package a\n\nimport rego.v1\n',
    },
  },
  Waiver: {
    least: {
      fingerprint: 'a'.repeat(64),
      approver: 'ann',
      reason: 'It is a test.',
      expiresAt: '2031-01-31T00:00:00Z',
    },
    full: {
      fingerprint: '0123456789abcdef'.repeat(4),
      approver: 'ann',
      reason: 'It is a test.',
      expiresAt: '2031-01-31T00:00:00.5+01:00',
    },
  },
  Budget: {
    least: {},
    full: {
      parent: 'root',
      limitMicroUsd: 1_000_000,
      limitTokens: 1000,
      window: 'day',
      timeZone: 'Europe/Berlin',
      softThresholdsMicroUsd: [500_000],
      softThresholdsTokens: [500],
      shadow: true,
    },
  },
  Guardrail: {
    least: {},
    full: {
      selector: 'team=core',
      models: [model],
      tools: ['shell', 'search'],
      requireApproval: ['shell'],
      pii: { input: 'mask', output: 'allow' },
    },
    entangled: ['requireApproval'],
  },
  ModelProvider: {
    least: { type: 'ollama' },
    full: {
      type: 'openai-compatible',
      baseUrl: 'https://models.example.com/v1',
      apiKey: { env: 'LATTICE_SECRET_OPENAI' },
    },
    entangled: ['type', 'apiKey'],
  },
  MeshNetwork: { least: { cidr: '10.20.0.0/24' }, full: { cidr: 'fd00::/64' } },
  MeshPeer: {
    least: { network: 'office' },
    full: {
      network: 'office',
      publicKey: `${'a'.repeat(42)}A=`,
      endpoint: 'host.example.com:51820',
      routes: ['10.30.0.0/16'],
      keepaliveSeconds: 25,
    },
  },
  AgentRole: {
    least: {},
    full: {
      description: 'Reads.',
      inherits: ['reader'],
      rules: [{ effect: 'deny', verbs: ['get'], kinds: ['Agent'], selector: 'env in (prod, dev)' }],
    },
  },
  AgentRoleBinding: {
    least: { role: 'reader', subjects: [{ type: 'user', name: 'ann@example.com' }] },
    full: { role: 'reader', subjects: [{ type: 'agent', name: 'triage' }] },
  },
  Agent: {
    least: { model },
    full: {
      model,
      instructions: 'Be brief.',
      tools: ['search'],
      budget: 'root',
      meshPeer: 'laptop',
      desiredState: 'paused',
      limits: { maxTurns: 3, maxTokensPerTurn: 1000, maxWallSeconds: 60 },
    },
  },
};

/** An object of the kind, with labels and annotations. */
export function declared(kind: string, spec: unknown, metadata: Spec = {}): Declared {
  const scoped = kindNamed(kind)?.scope === 'org' ? { org: 'acme' } : {};
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      ...scoped,
      name: 'sample',
      labels: { 'example.com/team': 'core' },
      annotations: { note: 'Hi.' },
      ...metadata,
    },
    spec,
  };
}
