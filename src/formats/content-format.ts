/** CoAP Content-Formats that LwM2M uses, by their number in the IANA registry. */
export const ContentFormat = {
  text: 0,
  linkFormat: 40,
  opaque: 42,
  cbor: 60,
  senmlJson: 110,
  senmlCbor: 112,
  tlv: 11542,
} as const;
