// The least that can stand between a caller and the upstream in Node: what everything is measured against.
import { Agent, createServer, request as ask } from 'node:http';

const { hostname, port } = new URL(process.env.UPSTREAM);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer((request, response) => {
  const headers = { accept: 'application/json' };
  const call = ask({ hostname, port, path: request.url, method: request.method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  call.once('error', () => response.writeHead(502).end());
  call.end();
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  process.send({ url: `http://127.0.0.1:${server.address().port}` }),
);
process.once('disconnect', () => process.exit());
