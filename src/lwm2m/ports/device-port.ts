/** What the Device object (/3) shows of the machine it runs on. An absent member is a resource that is not offered. */
export interface DevicePort {
  readonly manufacturer?: string;
  readonly modelNumber?: string;
  readonly serialNumber?: string;
  readonly firmwareVersion?: string;
  readonly deviceType?: string;
  readonly hardwareVersion?: string;
  readonly softwareVersion?: string;
  /** Kilobytes of 1,000 bytes. */
  memoryFree?(): number | Promise<number>;
  /** Kilobytes of 1,000 bytes. */
  memoryTotal?(): number | Promise<number>;
  /** 0 DC, 1 internal battery, 2 external battery, 3 fuel cell, 4 PoE, 5 USB, 6 AC, 7 solar; one entry a source. */
  powerSources?(): readonly PowerSource[] | Promise<readonly PowerSource[]>;
  /** 0..100 */
  batteryLevel?(): number | undefined | Promise<number | undefined>;
  /** Error codes other than 0; empty when all is well. */
  errorCodes?(): readonly number[];
  /** Called by Reset Error Code (/3/0/12). */
  resetErrorCodes?(): void;
  /** Seconds since 1970 UTC. */
  currentTime(): number;
  /** Called when a server writes /3/0/13; absent: such a write is 4.05. */
  setCurrentTime?(seconds: number): void;
  /** For example "+01:00" (ISO 8601). */
  utcOffset?(): string;
  setUtcOffset?(offset: string): void;
  /** IANA name, for example "Europe/Berlin". */
  timezone?(): string;
  setTimezone?(name: string): void;
  /** Called some time after the answer to Execute /3/0/4 went out. Absent: the Execute is answered 5.01. */
  reboot?(): void;
  /** Absent: Factory Reset (/3/0/5) is not offered. */
  factoryReset?(): void;
  /** Announces changed resources, so that observers hear of them; returns how to stop. */
  onChange?(listener: (resource: number) => void): () => void;
}

export interface PowerSource {
  readonly kind: number;
  readonly millivolts?: number;
  readonly milliamperes?: number;
}
