/** Stores have schemes of their own; "typically the app store" is where a user without the app goes. */
const WEB_OR_STORE = new Set(['https:', 'http:', 'market:', 'itms-apps:', 'itms-appss:', 'ms-windows-store:']);
const WEB = new Set(['https:', 'http:']);
/** Run or read something where they are opened, instead of opening an app. */
const NEVER = new Set(['javascript:', 'data:', 'vbscript:', 'file:', 'blob:', 'about:', 'view-source:']);

function urlOf(value: unknown): URL | string {
  if (typeof value !== 'string' || value === '') return 'Give a URL.';
  // The URL parser drops tabs and line ends, so that what was checked would not be what is sent.
  // eslint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001f\u007f\\]/.test(value)) return 'A URL holds no spaces, control characters or backslashes.';
  if (!URL.canParse(value)) return 'This is not a URL; give one such as https://www.example.com/.';
  const url = new URL(value);
  if (NEVER.has(url.protocol)) return `A link never leads to ${url.protocol}`;
  if (url.username !== '' || url.password !== '') return 'Give a URL without a user name or password in it.';
  return url;
}

/** "Catch-All Destination": a web page. Undefined: it is one. */
export function pageProblem(value: unknown): string | undefined {
  const url = urlOf(value);
  if (typeof url === 'string') return url;
  return WEB.has(url.protocol) ? undefined : 'Give a web address: http or https.';
}

/** "If App is Not Installed" destination: a web page or a store. Undefined: it is one. */
export function storeProblem(value: unknown): string | undefined {
  const url = urlOf(value);
  if (typeof url === 'string') return url;
  return WEB_OR_STORE.has(url.protocol) ? undefined : 'Give a web address or an app store; a deep link opens no store.';
}

/** "If App is Installed" destination: a deep link such as `myApp://checkout`, or a web page. Undefined: it is one. */
export function deepLinkProblem(value: unknown): string | undefined {
  const url = urlOf(value);
  return typeof url === 'string' ? url : undefined;
}
