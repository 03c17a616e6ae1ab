// How Argo CD learns whether an object is healthy: a patch of its settings, with one script for every kind.
// Promise: a new kind is in it without a hand, and what else the settings say stays. Never: a key with a wildcard; the API server
// takes none in a ConfigMap.

import { stringify } from 'yaml';
import { API_GROUP } from '../api.ts';
import { kinds } from '../kinds.ts';

export function argocdSettingsYaml(healthScript: string): string {
  const data = Object.fromEntries(
    kinds.map(({ name }) => [`resource.customizations.health.${API_GROUP}_${name}`, healthScript]),
  );
  return stringify({ data }, { lineWidth: 0 });
}
