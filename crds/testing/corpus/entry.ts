// The shape of the shared corpus: objects that every surface must accept or refuse alike. The entries are plain data; tests of zod,
// of a real Kubernetes API server and of the Terraform provider read the same ones.

/** A manifest as it is sent. An integer that a double cannot hold is a bigint. */
export interface Declared {
  readonly apiVersion?: unknown;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec?: unknown;
}

export interface Accepted {
  readonly why: string;
  readonly manifest: Declared;
}

export interface Refused {
  readonly why: string;
  readonly manifest: Declared;
  /** JSON pointer at which it is wrong. */
  readonly at: string;
}

/** Two states of one object, each valid by itself. */
export interface Change {
  readonly why: string;
  readonly before: Declared;
  readonly after: Declared;
  /** Where the change is refused; absent when it is allowed. */
  readonly at?: string;
}

export interface Corpus {
  readonly accepted: readonly Accepted[];
  readonly refused: readonly Refused[];
  readonly changes: readonly Change[];
}
