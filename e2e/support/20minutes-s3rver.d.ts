/** The maintained fork of s3rver, which checks signatures of version 4; it has the same interface. */
declare module '@20minutes/s3rver' {
  import S3rver from 's3rver';

  export default S3rver;
}
