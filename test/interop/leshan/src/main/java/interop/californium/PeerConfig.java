package interop.californium;

import interop.Arguments;
import interop.Credentials;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.eclipse.californium.elements.config.CertificateAuthenticationMode;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;
import org.eclipse.californium.scandium.config.DtlsConfig.DtlsRole;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.CertificateType;
import org.eclipse.californium.scandium.dtls.SessionListener;
import org.eclipse.californium.scandium.dtls.SingleNodeConnectionIdGenerator;
import org.eclipse.californium.scandium.dtls.cipher.CipherSuite;
import org.eclipse.californium.scandium.dtls.pskstore.AdvancedSinglePskStore;
import org.eclipse.californium.scandium.dtls.x509.SingleCertificateProvider;
import org.eclipse.californium.scandium.dtls.x509.StaticNewAdvancedCertificateVerifier;

/** The connector's configuration out of the arguments. */
final class PeerConfig {
    static {
        DtlsConfig.register();
    }

    private PeerConfig() {}

    static DtlsConnectorConfig of(Arguments args, Credentials credentials, InetSocketAddress local, SessionListener listener) {
        boolean server = args.required("role").equals("server");
        var builder = DtlsConnectorConfig.builder(Configuration.createStandardWithoutFile());
        builder.setAddress(local).setSessionListener(listener);
        builder.set(DtlsConfig.DTLS_ROLE, server ? DtlsRole.SERVER_ONLY : DtlsRole.CLIENT_ONLY);
        builder.set(DtlsConfig.DTLS_RECOMMENDED_CIPHER_SUITES_ONLY, false);
        builder.set(DtlsConfig.DTLS_CIPHER_SUITES, suites(args.required("suites")));
        builder.set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 1).set(DtlsConfig.DTLS_CONNECTOR_THREAD_COUNT, 1);
        builder.set(DtlsConfig.DTLS_MAX_RETRANSMISSIONS, 6);
        // The tests address peers by number; their certificates name localhost.
        builder.set(DtlsConfig.DTLS_VERIFY_SERVER_CERTIFICATES_SUBJECT, false);
        if (args.has("cid")) builder.setConnectionIdGenerator(new SingleNodeConnectionIdGenerator(args.number("cid", 0)));
        if (args.has("psk")) {
            builder.setAdvancedPskStore(new AdvancedSinglePskStore(args.required("identity"), HexFormat.of().parseHex(args.get("psk"))));
        }
        if (credentials.key() != null) {
            builder.setCertificateIdentityProvider(new SingleCertificateProvider(credentials.key(), credentials.chain(), CertificateType.X_509));
        }
        boolean verifies = credentials.trusted() != null;
        if (verifies) {
            builder.setAdvancedCertificateVerifier(
                StaticNewAdvancedCertificateVerifier.builder().setTrustedCertificates(credentials.trusted()).build());
        }
        if (server) {
            builder.set(DtlsConfig.DTLS_CLIENT_AUTHENTICATION_MODE,
                verifies ? CertificateAuthenticationMode.NEEDED : CertificateAuthenticationMode.NONE);
        }
        return builder.build();
    }

    private static List<CipherSuite> suites(String names) {
        return CipherSuite.getTypesByNames(names.split(","));
    }
}
