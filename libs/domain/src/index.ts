export * from './awaitable.js';
export * from './caller.js';
export * from './gateway-error.js';
export * from './iso-time.js';
export * from './leaving.js';
export * from './providers.js';
export * from './require-scope.js';
export * from './scopes.js';
