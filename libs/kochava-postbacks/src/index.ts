export * from './client.js';
export { contextProblems, contextShapeProblems } from './context.js';
export { destinationProblem, destinationsOf, isDestinationKey } from './destination.js';
export { InvalidPostbacksRequest, postbackIdentity } from './request.js';
export * from './types.js';
