import { ObjectType } from '@nestjs/graphql';
import { Public } from './public-type.js';

@ObjectType()
export class PageInfo {
  @Public(() => Boolean)
  hasNextPage!: boolean;

  @Public(() => String, { nullable: true })
  endCursor!: string | null;
}

/** One page of a list, as rooms answer it. Each door puts it into its own envelope. */
export interface Page<T> {
  nodes: T[];
  pageInfo: PageInfo;
}
