import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** The REST face, generated from the doors' decorators. */
export function openApiOf(app: NestFastifyApplication): OpenAPIObject {
  const about = new DocumentBuilder()
    .setTitle('mmp-gateway')
    .setDescription(
      'One door before Adjust and Kochava. Errors are RFC 9457 problems; their `type` leads to a page that explains them. ' +
        'The vendors’ own APIs, for scripts that were written for them, stand under /vendor: docs/drop-in.md.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .addBasicAuth({ type: 'http', scheme: 'basic', description: 'Any user name; the key is the password.' })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'api-key')
    .build();
  return SwaggerModule.createDocument(app, about);
}

/** Serves /openapi.json and, to browse it, /docs; both come from here alone. */
export function registerOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => openApiOf(app), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'mmp-gateway · REST',
    swaggerOptions: { persistAuthorization: false },
  });
}
