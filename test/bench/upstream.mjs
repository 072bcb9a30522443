// A static stand-in for Adjust, as fast as node:http is. GET /count answers how many questions it was asked.
import { createServer } from 'node:http';
import { answerTo, SLOW_APP, SLOW_MS } from './answers.mjs';

const kept = new Map();
let count = 0;

function bodyOf(path) {
  let body = kept.get(path);
  if (body) return body;
  body = answerTo(path);
  // Enough for the questions of one measurement, and no more: answers are up to 5 MB.
  if (kept.size === 2000) kept.clear();
  kept.set(path, body);
  return body;
}

const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(String(count));
    return;
  }
  count++;
  const body = bodyOf(request.url);
  const send = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  };
  if (request.url.includes(SLOW_APP)) setTimeout(send, SLOW_MS);
  else send();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.once('disconnect', () => process.exit());
