// The least that a comparison needs: Adjust's JSON and Kochava's CSV read whole, side by side, every value looked at.
import { createServer, request as ask } from 'node:http';
import { readCsv } from './bare-rows.mjs';

const open = (url) => new Promise((resolve, reject) => ask(url, resolve).once('error', reject).end());

async function adjustRows() {
  let text = '';
  for await (const piece of (await open(process.env.ADJUST_URL)).setEncoding('utf8')) text += piece;
  let count = 0;
  for (const { countries } of JSON.parse(text).result_set.dates) {
    for (const { networks } of countries)
      for (const { kpi_values: values } of networks) count += values.length > 0 ? 1 : 0;
  }
  return count;
}

async function kochavaRows() {
  let count = -1;
  for await (const rows of readCsv(await open(process.env.FILE_URL))) count += rows.length;
  return count;
}

const server = createServer(async (_, response) => {
  response.end(JSON.stringify(await Promise.all([adjustRows(), kochavaRows()])));
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.once('disconnect', () => process.exit());
