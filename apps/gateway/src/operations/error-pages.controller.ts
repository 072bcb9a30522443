import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ERROR_CODES, type ErrorCode, notFound } from '#libs/domain';
import { ForEverybody } from '../edge/needs-scope.js';
import { titleOf } from '../edge/problem.js';
import { ERROR_HELP } from './error-help.js';

/** Where the `type` of a problem leads: what the code means and what to do. */
@ApiExcludeController()
@Controller('errors')
@ForEverybody()
export class ErrorPagesController {
  @Get()
  all(@Res({ passthrough: true }) reply: FastifyReply): string {
    const items = ERROR_CODES.map((code) => `<li><a href="/errors/${code}">${code}</a>: ${titleOf(code)}</li>`);
    return asPage(reply, 'Errors', `<h1>Errors</h1><ul>${items.join('')}</ul>`);
  }

  @Get(':code')
  page(@Param('code') asked: string, @Res({ passthrough: true }) reply: FastifyReply): string {
    const code = ERROR_CODES.find((known) => known === asked.toUpperCase().replaceAll('-', '_'));
    if (!code) throw notFound('error code', asked);
    return asPage(reply, code, helpOn(code));
  }
}

function helpOn(code: ErrorCode): string {
  const { means, todo } = ERROR_HELP[code];
  const items = todo.map((line) => `<li>${escape(line)}</li>`).join('');
  return `<p><code>${code}</code></p><h1>${escape(titleOf(code))}</h1><p>${escape(means)}</p><h2>What to do</h2><ul>${items}</ul>`;
}

function asPage(reply: FastifyReply, title: string, body: string): string {
  reply.type('text/html; charset=utf-8').header('Cache-Control', 'public, max-age=3600');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title} · mmp-gateway</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}code{background:#8882;padding:.1em .3em;border-radius:4px}@media (prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>
</head><body>${body}</body></html>`;
}

const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');
