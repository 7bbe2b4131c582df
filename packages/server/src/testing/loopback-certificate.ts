/**
 * A certificate of tests for `hooks.example` and `127.0.0.1`, signed by itself. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=hooks.example
 * -addext subjectAltName=DNS:hooks.example,DNS:localhost,IP:127.0.0.1`. Nothing trusts it unless told.
 */
export const loopbackCertificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBsjCCAVigAwIBAgIUb94SU89OXuXpPEFHkANGR9gwX1owCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTAgFw0yNjExMjUxNzU1MTBaGA8yMTI2
MTEwMTE3NTUxMFowGDEWMBQGA1UEAwwNaG9va3MuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABCjVZV4zCMm1802My+o4typyEaV7AhSZQ2vfv90RMdBL
xu5QOa/XlWsu1BO7fgi1EmmsBI/ZS+niV0fD923SW42jfjB8MB0GA1UdDgQWBBTu
TTJ2JWjBB1da4h8W1Fgn7tLY8jAfBgNVHSMEGDAWgBTuTTJ2JWjBB1da4h8W1Fgn
7tLY8jAPBgNVHRMBAf8EBTADAQH/MCkGA1UdEQQiMCCCDWhvb2tzLmV4YW1wbGWC
CWxvY2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNIADBFAiEA93wSZuUpb8NW41LV
HHEPAGGugqtmPRwrMn4fbkTwhC4CIEmK1jd0Y+eRdgzpy91b95CKp8eHSyfhnThD
X0r0ldiH
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBadfxWrjumwRHIIB
UOrdLERReyXUBbQclYORI/c+aNShRANCAAQo1WVeMwjJtfNNjMvqOLcqchGlewIU
mUNr37/dETHQS8buUDmv15VrLtQTu34ItRJprASP2Uvp4ldHw/dt0luN
-----END PRIVATE KEY-----
`,
};
