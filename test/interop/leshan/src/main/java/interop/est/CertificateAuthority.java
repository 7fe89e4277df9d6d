package interop.est;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** Issues what a request asks for, with the extensions that it asks for. */
public final class CertificateAuthority {
    private static final byte[] ECDSA_SHA256 = Der.sequence(Der.oid("1.2.840.10045.4.3.2"));

    private final X509Certificate certificate;
    private final PrivateKey key;
    private final SecureRandom random = new SecureRandom();

    public CertificateAuthority(X509Certificate certificate, PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    /** A certificate (DER) from a minute ago on. */
    byte[] issue(CertificateRequest request, Duration lifetime) throws GeneralSecurityException {
        Instant now = Instant.now();
        byte[] toBeSigned = Der.sequence(
            Der.context(0, Der.integer(2)),
            Der.integer(new BigInteger(100, random).setBit(100)),
            ECDSA_SHA256,
            certificate.getSubjectX500Principal().getEncoded(),
            Der.sequence(Der.time(now.minusSeconds(60)), Der.time(now.plus(lifetime))),
            request.subject().getEncoded(),
            request.publicKey(),
            Der.context(3, Der.sequence(notAnAuthority(), authorityKey(), request.extensions())));
        return Der.sequence(toBeSigned, ECDSA_SHA256, Der.bits(sign(toBeSigned)));
    }

    private byte[] sign(byte[] content) throws GeneralSecurityException {
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update(content);
        return signer.sign();
    }

    private static byte[] notAnAuthority() {
        return Der.sequence(Der.oid("2.5.29.19"), Der.yes(), Der.octets(Der.sequence()));
    }

    /** The SubjectKeyIdentifier of the authority's certificate where it has one, else the hash of its key. */
    private byte[] authorityKey() throws GeneralSecurityException {
        byte[] own = certificate.getExtensionValue("2.5.29.14");
        byte[] id = own != null ? new DerInput(new DerInput(own).next().content()).next().content()
            : MessageDigest.getInstance("SHA-1").digest(certificate.getPublicKey().getEncoded());
        return Der.sequence(Der.oid("2.5.29.35"), Der.octets(Der.sequence(Der.value(0x80, id))));
    }
}
