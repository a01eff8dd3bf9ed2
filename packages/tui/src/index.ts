export { runTui, type TuiTerminal } from './run-tui.js';
export {
  type Board,
  type Deployment,
  type DeployRequest,
  type Look,
  MAINTENANCE_MODES,
  type MaintenanceMode,
  type TuiHost,
} from './tui-host.js';
