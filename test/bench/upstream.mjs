// A static stand-in for Adjust, as fast as node:http is. GET /count answers how many questions it was asked.
import { createServer } from 'node:http';
import { answerTo, CHANGING_APP, SLOW_APP, SLOW_MS, TURNS } from './answers.mjs';

const kept = new Map();
let count = 0;

function bodyOf(path, turn) {
  const key = `${turn} ${path}`;
  let body = kept.get(key);
  if (body) return body;
  body = answerTo(path, turn);
  // Enough for the questions of one measurement, and no more: answers are up to 5 MB.
  if (kept.size === 2000) kept.clear();
  kept.set(key, body);
  return body;
}

const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(String(count));
    return;
  }
  count++;
  const body = bodyOf(request.url, request.url.includes(CHANGING_APP) ? count % TURNS : 0);
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
