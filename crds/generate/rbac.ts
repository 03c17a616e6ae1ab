// What Lattice may do in a Kubernetes cluster, from the definitions of the kinds: the same roles for Kustomize and for Helm.
// Promise: a new kind is in them without a hand; single objects are named wherever Kubernetes lets a rule name them.
// Never: a wildcard, or a secret that the owner of its namespace did not grant.

import { stringify } from 'yaml';
import { API_GROUP } from '../api.ts';
import { kinds } from '../kinds.ts';

/** One name for what a cluster has once: the admission webhook and the prefix of the roles. */
const name = 'lattice';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export function clusterRolesYaml(): string {
  const roles = [
    clusterRole(`${name}-controller`, controllerRules()),
    clusterRole(`${name}-secret-reader`, secretReaderRules),
  ];
  return roles.map((role) => stringify(role, { lineWidth: 0 })).join('---\n');
}

function clusterRole(roleName: string, rules: readonly Rule[]) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleName, labels: { 'app.kubernetes.io/name': name } },
    rules,
  };
}

function controllerRules(): readonly Rule[] {
  const plurals = kinds.map(({ plural }) => plural);
  return [
    { apiGroups: [API_GROUP], resources: plurals, verbs: ['get', 'list', 'watch', 'patch'] },
    {
      apiGroups: [API_GROUP],
      resources: plurals.map((each) => `${each}/status`),
      verbs: ['update', 'patch'],
    },
    { apiGroups: [API_GROUP], resources: plurals.map((each) => `${each}/finalizers`), verbs: ['update'] },
    // One that repeats is read and counted up.
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'get', 'patch'] },
    // Its uid is what the cluster is known by.
    { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: plurals.map((each) => `${each}.${API_GROUP}`),
      verbs: ['get'],
    },
    // The controller writes its own authority there, so that the API server can check whom it calls.
    {
      apiGroups: ['admissionregistration.k8s.io'],
      resources: ['validatingwebhookconfigurations'],
      resourceNames: [name],
      verbs: ['get', 'update', 'patch'],
    },
  ];
}

/** Bound by nobody here: who owns a namespace binds it there, by a RoleBinding. */
const secretReaderRules: readonly Rule[] = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
