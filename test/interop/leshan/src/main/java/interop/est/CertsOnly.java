package interop.est;

/** Certificates in a PKCS #7 SignedData that nobody signed (RFC 5652 section 5.1, RFC 7030 section 4.1.3). */
final class CertsOnly {
    private CertsOnly() {}

    static byte[] of(byte[]... certificates) {
        byte[] nothing = Der.sequence(Der.oid("1.2.840.113549.1.7.1"));
        byte[] signedData = Der.sequence(Der.integer(1), Der.set(), nothing, Der.context(0, certificates), Der.set());
        return Der.sequence(Der.oid("1.2.840.113549.1.7.2"), Der.context(0, signedData));
    }
}
