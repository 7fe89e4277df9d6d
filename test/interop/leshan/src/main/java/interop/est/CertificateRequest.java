package interop.est;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import javax.security.auth.x500.X500Principal;

/** A PKCS #10 request whose signature is good: the subject, the key, the extensions asked for (all DER). */
record CertificateRequest(X500Principal subject, byte[] publicKey, byte[] extensions) {
    private static final byte[] EXTENSION_REQUEST = Der.oid("1.2.840.113549.1.9.14");

    /** Throws IllegalArgumentException for what is no request, or one that its own key did not sign. */
    static CertificateRequest parse(byte[] der) throws GeneralSecurityException {
        DerInput request = new DerInput(der).next().enter();
        DerInput.Value signed = request.next();
        request.next();
        byte[] signature = request.next().content();
        DerInput parts = signed.enter();
        parts.next();
        byte[] subject = parts.next().whole();
        byte[] key = parts.next().whole();
        demandOwnSignature(key, signed.whole(), Arrays.copyOfRange(signature, 1, signature.length));
        return new CertificateRequest(new X500Principal(subject), key, extensionsIn(parts.next().enter()));
    }

    private static void demandOwnSignature(byte[] key, byte[] signed, byte[] signature) throws GeneralSecurityException {
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(key)));
        verifier.update(signed);
        if (!verifier.verify(signature)) throw new IllegalArgumentException("the request is not signed by its own key");
    }

    /** Those of the attribute extensionRequest, one after the other. */
    private static byte[] extensionsIn(DerInput attributes) {
        while (!attributes.done()) {
            DerInput attribute = attributes.next().enter();
            if (Arrays.equals(attribute.next().whole(), EXTENSION_REQUEST)) return attribute.next().enter().next().content();
        }
        return new byte[0];
    }
}
