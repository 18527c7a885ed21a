export { type Municipality, readMunicipalities } from '../../../contracts/municipalities.js';
