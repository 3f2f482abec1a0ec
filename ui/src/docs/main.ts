/** The API's description as a page: read from this server, shown by Swagger UI, called with the session one has. */
import 'swagger-ui-dist/swagger-ui.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

const root = document.documentElement;
root.classList.toggle('dark-mode', root.dataset['theme'] === 'dark');

SwaggerUI({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'none',
  filter: true,
  // Else the page would ask a service on the Internet whether the description is valid.
  validatorUrl: null,
});
