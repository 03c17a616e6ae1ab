// Under which heading of a registry's menu a page stands. A name that no rule knows stands under none, which is allowed.

const rules: readonly (readonly [RegExp, string])[] = [
  [/^agent_role/, 'Access'],
  [/^(guardrail|polic|waiver)/, 'Governance'],
  [/^mesh_/, 'Mesh'],
  [/^(agent|model_provider)/, 'Agents'],
  [/^(org|budget)/, 'Orgs and Budgets'],
  [/token/, 'Access'],
];

/** Of a name without the provider's prefix, e.g. `agent_role`. */
export const subcategoryOf = (name: string): string =>
  rules.find(([pattern]) => pattern.test(name))?.[1] ?? '';
