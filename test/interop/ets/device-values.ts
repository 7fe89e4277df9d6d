import type { DevicePort } from "../../../src/lwm2m/ports/device-port.ts";

/** What the Device object of a row's device shows, and what servers did to it. */
export class DeviceValues {
  manufacturer = "Example Maker";
  modelNumber = "Model 500";
  serialNumber = "SN-000001";
  firmwareVersion = "1.0";
  millivolts: readonly number[] = [3800, 5000];
  milliamperes: readonly number[] = [125, 900];
  battery = 95;
  timeOffsetSeconds = 0;
  utcOffset = "+01:00";
  timezone = "Europe/Berlin";
  #changed: (resource: number) => void = () => {};

  /** New values at the power sources, told to who observes them. */
  power(millivolts: readonly number[], milliamperes: readonly number[]): void {
    this.millivolts = millivolts;
    this.milliamperes = milliamperes;
    this.#changed(7);
    this.#changed(8);
  }

  get port(): DevicePort {
    const values = this;
    const now = (): number => Math.floor(Date.now() / 1000);
    return {
      manufacturer: this.manufacturer,
      modelNumber: this.modelNumber,
      serialNumber: this.serialNumber,
      get firmwareVersion() {
        return values.firmwareVersion;
      },
      powerSources: () =>
        [1, 2].map((kind, i) => ({
          kind,
          millivolts: this.millivolts[i] ?? 0,
          milliamperes: this.milliamperes[i] ?? 0,
        })),
      batteryLevel: () => this.battery,
      memoryFree: () => 15_000,
      memoryTotal: () => 64_000,
      errorCodes: () => [],
      resetErrorCodes: () => {},
      currentTime: () => now() + this.timeOffsetSeconds,
      setCurrentTime: (seconds) => {
        this.timeOffsetSeconds = seconds - now();
      },
      utcOffset: () => this.utcOffset,
      setUtcOffset: (text) => {
        this.utcOffset = text;
      },
      timezone: () => this.timezone,
      setTimezone: (name) => {
        this.timezone = name;
      },
      reboot: () => this.restart(),
      factoryReset: () => {},
      onChange: (listener) => {
        this.#changed = listener;
        return () => {};
      },
    };
  }

  /** Set by who can start the device again. */
  onReboot(restart: () => void): void {
    this.restart = restart;
  }

  restart: () => void = () => {};
}
