// Read by libraries when they are loaded: graphql-js checks every value twice without it.
process.env['NODE_ENV'] ??= 'production';
const { startGateway } = await import('./start-gateway.js');

await startGateway(process.env);
