/**
 * Where packages lie while they come and until they are installed, one a name. Methods that write reject with
 * DeliveryError "no-space" when the disk is full, and with CodedError "SPOOL_FAILED" otherwise.
 */
export interface PackageSpool {
  /** Opens what is there, or an empty file. */
  open(name: string): Promise<SpoolFile>;
  /** Nothing happens when there is none. */
  remove(name: string): Promise<void>;
  /** Bytes of the package; 0 when there is none. */
  size(name: string): Promise<number>;
  /** SHA-256 of the package as it lies on the disk. */
  digest(name: string): Promise<Uint8Array>;
  /** For commands that install it. */
  path(name: string): string;
  /** Bytes that could be written; undefined when nothing tells. */
  free(): Promise<number | undefined>;
}

/** An open package, written at its end alone. One at a time a name. */
export interface SpoolFile {
  /** Bytes that are there for sure: after a power cut those that were flushed, after a crash every one. */
  readonly length: number;
  append(bytes: Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}
