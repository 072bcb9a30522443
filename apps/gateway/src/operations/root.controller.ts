import { Controller, Get, Redirect } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ForEverybody } from '../edge/needs-scope.js';

/** Whoever opens the gateway's address in a browser is led to its description. */
@ApiExcludeController()
@Controller()
@ForEverybody()
export class RootController {
  @Get()
  @Redirect('/docs', 302)
  toDocs(): void {}
}
