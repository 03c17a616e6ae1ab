// What a user is told, as data: collected with the attribute it is about, never thrown. Promise: summary, detail and path
// survive every surface that Terraform has. Never: thrown.

/** An attribute's name, an index of a list, or a key of a map. */
export type Step = string | number | { readonly key: string };
export type Path = readonly Step[];

export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** Empty: the block as a whole. */
  readonly path: Path;
}

export function problem(summary: string, detail: string, path: Path = []): Diagnostic {
  return { severity: 'error', summary, detail, path };
}

export function warning(summary: string, detail: string, path: Path = []): Diagnostic {
  return { severity: 'warning', summary, detail, path };
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
}

/** A path as a person would write it: `namespaces[0].cluster`. */
export function pathText(path: Path): string {
  return path
    .map((step, at) => {
      if (typeof step === 'string') return at === 0 ? step : `.${step}`;
      return typeof step === 'number' ? `[${step}]` : `["${step.key}"]`;
    })
    .join('');
}
