package interop;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** An EC private key, its certificate chain and the certificates trusted, from PEM files; null where no file was named. */
public record Credentials(PrivateKey key, X509Certificate[] chain, X509Certificate[] trusted) {

    /** Reads the files named by {@code --key} (PKCS#8), {@code --cert} and {@code --ca}. */
    public static Credentials from(Arguments args) throws IOException, GeneralSecurityException {
        return new Credentials(
            args.has("key") ? privateKey(Path.of(args.get("key"))) : null,
            args.has("cert") ? certificates(Path.of(args.get("cert"))) : null,
            args.has("ca") ? certificates(Path.of(args.get("ca"))) : null);
    }

    /** The same, for a server that takes others. */
    public Credentials trusting(Path ca) throws IOException, GeneralSecurityException {
        return new Credentials(key, chain, certificates(ca));
    }

    /** PKCS#8, PEM. */
    public static PrivateKey privateKey(Path file) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        String body = pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
    }

    public static X509Certificate[] certificates(Path file) throws IOException, GeneralSecurityException {
        var factory = CertificateFactory.getInstance("X.509");
        return factory.generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file))).stream()
            .map(X509Certificate.class::cast).toArray(X509Certificate[]::new);
    }
}
