// Prints the provider's schema as Terraform prints it, for tools that read it from a file: `npm run -s schema > schema.json`.

import { printSchema } from './generate/print.ts';

process.stdout.write(printSchema());
