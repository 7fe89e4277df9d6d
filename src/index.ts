// The public API: what a program that embeds the agent needs. Everything else may change without notice.
export { Agent, type AgentPorts } from "./agent/agent.ts";
export { type AgentEvent, eventLine } from "./agent/agent-event.ts";
export type { CardFigures, CardPhase, CardPhaseFigures } from "./agent/cards/card-figures.ts";
export { type AgentConfig, configSchema, serversOf } from "./agent/config/config-schema.ts";
export type { AgentControl, AgentStatus, ServerStatus } from "./agent/control/agent-control.ts";
export {
  defineObject,
  type Executable,
  type InstanceOf,
  type ObjectHandle,
  type ObjectModule,
  type Readable,
  type ResourceOf,
  type Writable,
} from "./agent/custom-objects/code/define-object.ts";
export type { ObjectShape, ResourceShape } from "./agent/custom-objects/code/object-shape.ts";
export { createMachineAgent, type MachineAgentOptions } from "./agent/machine-agent.ts";
export { ConfigError } from "./cli/config/config-error.ts";
export { loadConfig, parseConfig } from "./cli/config/load-config.ts";
export type { Credential, CredentialProvider } from "./credentials/ports/credential.ts";
export type { PreSharedKey } from "./credentials/ports/pre-shared-key.ts";
export type { Signer } from "./credentials/ports/signer.ts";
export type { DevicePort } from "./lwm2m/ports/device-port.ts";
export { createLogger, type LogLevel } from "./platform/logger.ts";
export type { CardChannel, CardConnector } from "./smartcard/card-channel.ts";
export { CodedError, describeError } from "./util/coded-error.ts";
export type { Logger } from "./util/log.ts";
export type { RecordStore } from "./util/record-store.ts";
