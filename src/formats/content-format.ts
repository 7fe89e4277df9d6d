/** CoAP Content-Formats that LwM2M uses, by their number in the IANA registry. */
export const ContentFormat = {
  text: 0,
  linkFormat: 40,
  opaque: 42,
  cbor: 60,
  senmlJson: 110,
  senmlCbor: 112,
  senmlEtchJson: 320,
  senmlEtchCbor: 322,
  tlv: 11542,
  /** In a 1.0 registration only. */
  lwm2mJson: 11543,
  lwm2mCbor: 11544,
} as const;
