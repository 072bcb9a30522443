import { Module } from '@nestjs/common';
import { RepeatRoad } from './repeat-road.js';
import { Repeats } from './repeats.js';

@Module({ providers: [Repeats, RepeatRoad] })
export class RepeatsModule {}
