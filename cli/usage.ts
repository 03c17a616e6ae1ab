// The command was called wrongly, or cannot do what it was asked; the message says what to do.

export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
