import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';
import { GatewayError } from '#libs/domain';

/** What one document may ask for. Introspection is not counted: it is asked by tools, of a fixed size. */
export const QUERY_LIMITS = {
  /** Tokens of the document. */
  tokens: 2_000,
  /** Levels of fields. */
  depth: 12,
  aliases: 30,
  directives: 50,
  /** Fields, objects dearer than scalars, deeper ones dearer, lists times their `first`. */
  cost: 20_000,
} as const;

/** A document beyond the limits; refused before any of it runs. */
export class QueryTooComplex extends GraphQLError {
  toGatewayError(): GatewayError {
    return new GatewayError(
      'QUERY_TOO_COMPLEX',
      `${this.message} Ask for less at once: fewer fields, smaller pages, several queries; \`KpiResult.table\` instead of \`rows\`, or CSV from REST.`,
    );
  }
}

/** The armour's own way is to throw in the middle of validation, which Apollo takes for an error of ours. */
const reported = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError): void =>
      context?.reportError(new QueryTooComplex(error.message.replace(/^Syntax Error: /, ''))),
  ],
};

export const QUERY_RULES: ValidationRule[] = [
  maxDepthRule({ n: QUERY_LIMITS.depth, flattenFragments: true, ...reported }) as ValidationRule,
  maxAliasesRule({ n: QUERY_LIMITS.aliases, ...reported }) as ValidationRule,
  maxDirectivesRule({ n: QUERY_LIMITS.directives, ...reported }) as ValidationRule,
  costLimitRule({
    maxCost: QUERY_LIMITS.cost,
    flattenFragments: true,
    depthCostFactor: 1.2,
    ...reported,
  }) as ValidationRule,
];
