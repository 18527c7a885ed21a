export { UnmappableRequest } from '../unmappable-request.js';
