// A backend outside Postgres did not do what it was asked. The message goes into status and ledger, so it names what
// failed and holds no values of an object.

export class BackendError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackendError';
  }
}
