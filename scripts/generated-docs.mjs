// Pages of docs/ that say what the code says; written by `npm run contract`, from dist/.
export const MADE = '<!-- Made by `npm run contract` from the code. Do not edit. -->\n';
const gateway = (path) => import(`../dist/apps/gateway/src/${path}`);

/** docs/errors.md: what the gateway's own pages at /errors/{code} say. */
export async function errorPages() {
  const { ERROR_HELP } = await gateway('operations/error-help.js');
  const { statusOf, titleOf } = await gateway('edge/problem.js');
  const { GatewayError } = await import('../dist/libs/domain/src/index.js');
  const item = (line) => `- ${line.replaceAll(/\bdocs\/(\w+\.md)/g, '[docs/$1]($1)')}\n`;
  const parts = Object.entries(ERROR_HELP).map(([code, { means, todo }]) => {
    const status = statusOf(new GatewayError(code, ''));
    return `## ${code}\n\n${titleOf(code)}. HTTP ${status}.\n\n${means}\n\n${todo.map(item).join('')}`;
  });
  return `${MADE}# Errors

One vocabulary at both doors: \`code\` of a REST problem (RFC 9457), \`extensions.code\` of a GraphQL error. A problem’s
\`type\` leads to the same text, at \`/errors/{code}\`.

${parts.join('\n')}`;
}

/** A Markdown table. */
export const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
