// What is written by hand where a CSV file shall go out as rows: lines are split at commas, those with quotes are read letter
// by letter, every cell becomes a text. NDJSON is JSON.stringify of an object for each row. GET /csv, GET /ndjson.
import { createServer, request as ask } from 'node:http';
import { pathToFileURL } from 'node:url';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Rows of cells, the header first, for each piece of the file. */
export async function* readCsv(body) {
  body.setEncoding('utf8');
  let rest = '';
  for await (const text of body) {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    const rows = [];
    for (let index = 0; index < lines.length; index++) {
      let line = lines[index];
      if (!line.includes('"')) {
        rows.push(line.split(','));
        continue;
      }
      // A line break may stand within quotes: the row goes on in the next line.
      while ((line.split('"').length & 1) === 0 && index + 1 < lines.length) line += `\n${lines[++index]}`;
      if ((line.split('"').length & 1) === 0) rest = `${line}\n${rest}`;
      else rows.push(quoted(line));
    }
    yield rows;
  }
  if (rest) yield [rest.includes('"') ? quoted(rest) : rest.split(',')];
}

function quoted(line) {
  const cells = [];
  let cell = '';
  let inside = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at];
    if (letter === '"' && inside && line[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (letter === '"') inside = !inside;
    else if (letter === ',' && !inside) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  cells.push(cell);
  return cells;
}

async function* ndjson(body) {
  let header;
  for await (const rows of readCsv(body)) {
    header ??= rows.shift();
    let text = '';
    for (const row of rows) {
      const object = {};
      for (let index = 0; index < header.length; index++) object[header[index]] = row[index];
      text += `${JSON.stringify(object)}\n`;
    }
    yield text;
  }
}

async function* csv(body) {
  for await (const rows of readCsv(body)) {
    let text = '';
    for (const row of rows) text += `${row.map(csvCell).join(',')}\n`;
    yield text;
  }
}

const csvCell = (cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

export const bareForms = { csv, ndjson };

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const server = createServer((request, response) => {
    ask(process.env.FILE_URL, (answer) => {
      const rows = bareForms[request.url.slice(1)](answer);
      pipeline(Readable.from(rows, { objectMode: false }), response).catch(() => response.destroy());
    }).end();
  });
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
  process.once('disconnect', () => process.exit());
}
