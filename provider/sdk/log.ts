// Log lines for Terraform's TF_LOG: one JSON object a line on stderr. Never stdout, never a value of a configuration.

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export function log(level: Level, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
  const line = {
    '@level': level,
    '@message': message,
    '@timestamp': new Date().toISOString(),
    '@module': 'provider',
    ...fields,
  };
  process.stderr.write(`${JSON.stringify(line)}\n`);
}
