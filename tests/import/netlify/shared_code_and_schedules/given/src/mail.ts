export { send } from './deep/transport';
