import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError } from '#libs/domain';
import { PAGE_POLICY } from './page-policy.js';

const require = createRequire(import.meta.url);

const ASSETS: Record<string, { package: string; file: string; type: string }> = {
  'react.js': { package: 'react', file: 'umd/react.production.min.js', type: 'text/javascript' },
  'react-dom.js': { package: 'react-dom', file: 'umd/react-dom.production.min.js', type: 'text/javascript' },
  'graphiql.js': { package: 'graphiql', file: 'graphiql.min.js', type: 'text/javascript' },
  'graphiql.css': { package: 'graphiql', file: 'graphiql.min.css', type: 'text/css' },
};

/** GraphiQL from node_modules: it works without the internet. It asks for a key, which stays in the browser's tab. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>mmp-gateway · GraphQL</title>
<link rel="stylesheet" href="/explorer/graphiql.css">
<link rel="stylesheet" href="/explorer/page.css">
</head>
<body>
<label id="key">Key <input type="password" autocomplete="off" placeholder="mmp_…" spellcheck="false"></label>
<div id="graphiql">Loading…</div>
<script src="/explorer/react.js"></script>
<script src="/explorer/react-dom.js"></script>
<script src="/explorer/graphiql.js"></script>
<script src="/explorer/page.js"></script>
</body>
</html>
`;

const PAGE_CSS = `html,body{height:100%;margin:0}body{display:flex;flex-direction:column}
#key{display:flex;gap:.5rem;align-items:center;font:14px system-ui,sans-serif;padding:.4rem .8rem;border-bottom:1px solid #8884}
#key input{flex:1;font:13px ui-monospace,monospace;padding:.25rem .5rem}#graphiql{flex:1;min-height:0}`;

const PAGE_JS = `const input = document.querySelector('#key input');
input.value = sessionStorage.getItem('mmp-key') ?? '';
let mounted = false;
function mount() {
  const fetcher = GraphiQL.createFetcher({ url: '/graphql', fetch: (url, options) =>
    fetch(url, { ...options, headers: { ...options.headers, Authorization: 'Bearer ' + input.value.trim() } }) });
  const defaultQuery = '{\\n  viewer { tenant { name } keyName scopes }\\n}\\n';
  const root = document.getElementById('graphiql');
  if (mounted) ReactDOM.unmountComponentAtNode(root);
  ReactDOM.render(React.createElement(GraphiQL, { fetcher, defaultQuery, shouldPersistHeaders: false }), root);
  mounted = true;
}
input.addEventListener('change', () => { sessionStorage.setItem('mmp-key', input.value.trim()); mount(); });
mount();`;

/** Answers a browser's GET /graphql; a query by GET is refused, because it would put the question into logs. */
export function sendExplorer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { query } = request.query as { query?: unknown };
  if (query !== undefined) throw new GatewayError('BAD_USER_INPUT', 'Send queries by POST.', { status: 405 });
  return reply.header('Content-Security-Policy', PAGE_POLICY).type('text/html; charset=utf-8').send(PAGE);
}

export function registerExplorerAssets(fastify: FastifyInstance): void {
  fastify.get('/explorer/:asset', async (request, reply) => {
    const { asset } = request.params as { asset: string };
    if (asset === 'page.css') return reply.type('text/css').send(PAGE_CSS);
    if (asset === 'page.js') return reply.type('text/javascript').send(PAGE_JS);
    const known = Object.hasOwn(ASSETS, asset) ? ASSETS[asset] : undefined;
    if (!known) throw new GatewayError('NOT_FOUND', 'There is nothing at this path.');
    const file = join(dirname(require.resolve(`${known.package}/package.json`)), known.file);
    return reply
      .type(known.type)
      .header('Cache-Control', 'public, max-age=86400')
      .send(await readFile(file));
  });
}
