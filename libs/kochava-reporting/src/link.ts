/** When a pre-signed link stops working: `Expires` in epoch seconds, or S3's `X-Amz-Date` and `X-Amz-Expires`. */
export function linkExpiresAt(link: string): Date | undefined {
  if (!URL.canParse(link)) return undefined;
  const query = new Map([...new URL(link).searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const expires = query.get('expires');
  if (expires !== undefined && /^\d{1,12}$/.test(expires)) return new Date(Number(expires) * 1000);
  const signed = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(query.get('x-amz-date') ?? '');
  const seconds = query.get('x-amz-expires');
  if (!signed || seconds === undefined || !/^\d{1,9}$/.test(seconds)) return undefined;
  const [year, month, day, hour, minute, second] = signed.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second) + Number(seconds) * 1000);
}

/** The file's own name, for a download: the last part of the link's path. */
export function linkFileName(link: string): string | undefined {
  if (!URL.canParse(link)) return undefined;
  const name = new URL(link).pathname.split('/').pop() ?? '';
  return /^[\w.+-]{1,255}$/.test(name) ? name : undefined;
}
