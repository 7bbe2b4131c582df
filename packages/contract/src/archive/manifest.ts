/** One member of the archive, but for the manifest itself. */
export interface ManifestMember {
  /** Path inside the archive, `/` between folders. */
  readonly path: string;
  /** Uncompressed bytes. */
  readonly bytes: number;
  /** SHA-256 of the uncompressed bytes, hex. */
  readonly sha256: string;
}

/** `manifest.json`: what is in the archive, so that anyone can check that it is all there and unaltered. */
export interface Manifest {
  readonly manifest_version: 1;
  readonly name: string;
  readonly engine: string;
  readonly members: readonly ManifestMember[];
}
