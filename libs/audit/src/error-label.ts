/** A database error's kind and code, for the log. Its message may quote what was to be written. */
export function errorLabel(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, meta } = error as {
    code?: unknown;
    meta?: { code?: unknown; driverAdapterError?: { cause?: { kind?: unknown } } };
  };
  return [error.name, code, meta?.code, meta?.driverAdapterError?.cause?.kind].filter(Boolean).join(' ');
}
