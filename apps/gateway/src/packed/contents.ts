// What scripts/bundle.mjs packs into gateway.cjs: the gateway as a process, and what making its code cache needs.
export { loadConfig } from '../config.js';
export { createGateway } from '../create-gateway.js';
export { Log } from '../operations/log.js';
export { startGateway } from '../start-gateway.js';
