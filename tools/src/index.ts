export { checkTree, formatViolation } from './tidy/check.js';
