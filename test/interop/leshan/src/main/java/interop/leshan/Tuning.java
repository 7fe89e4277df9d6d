package interop.leshan;

import java.util.concurrent.TimeUnit;
import org.eclipse.californium.core.config.CoapConfig;
import org.eclipse.californium.elements.config.Configuration;
import org.eclipse.californium.scandium.config.DtlsConfig;

/** What the servers need beyond Leshan's defaults. */
final class Tuning {
    private Tuning() {}

    static void apply(Configuration configuration) {
        // Leshan takes 8 KiB by default; the tests move firmware-sized bodies both ways.
        configuration.set(CoapConfig.MAX_RESOURCE_BODY_SIZE, 2_000_000);
        configuration.set(CoapConfig.PROTOCOL_STAGE_THREAD_COUNT, 2);
    }

    /** A SIM may take 5 s to sign. The server's flight has to survive that many retransmissions. */
    static void applySecure(Configuration configuration) {
        configuration.set(DtlsConfig.DTLS_RECEIVER_THREAD_COUNT, 1);
        configuration.set(DtlsConfig.DTLS_CONNECTOR_THREAD_COUNT, 2);
        configuration.set(DtlsConfig.DTLS_MAX_RETRANSMISSIONS, 6);
        // As Leshan's demo servers have it; without it the library uses no Connection IDs.
        configuration.set(DtlsConfig.DTLS_CONNECTION_ID_LENGTH, 6);
        configuration.set(DtlsConfig.DTLS_MAX_RETRANSMISSION_TIMEOUT, 10, TimeUnit.SECONDS);
    }
}
