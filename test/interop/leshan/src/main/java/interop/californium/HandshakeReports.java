package interop.californium;

import java.security.Principal;
import org.eclipse.californium.scandium.dtls.DTLSContext;
import org.eclipse.californium.scandium.dtls.DTLSSession;
import org.eclipse.californium.scandium.dtls.Handshaker;
import org.eclipse.californium.scandium.dtls.SessionListener;

/** Reports a handshake's end: connected, or failed with the reason. */
final class HandshakeReports implements SessionListener {
    @Override
    public void handshakeStarted(Handshaker handshaker) {
        // the end of it is what matters
    }

    @Override
    public void contextEstablished(Handshaker handshaker, DTLSContext context) {
        DTLSSession session = context.getSession();
        Principal peer = session.getPeerIdentity();
        Reports.say("connected", "suite", session.getCipherSuite().name(), "peer", peer == null ? null : peer.getName(),
            "extendedMasterSecret", session.useExtendedMasterSecret(), "resumed", !handshaker.isFullHandshake());
    }

    @Override
    public void handshakeCompleted(Handshaker handshaker) {
        // said when the keys were established
    }

    @Override
    public void handshakeFailed(Handshaker handshaker, Throwable error) {
        Reports.say("failed", "message", String.valueOf(error.getMessage()));
    }

    @Override
    public void handshakeFlightRetransmitted(Handshaker handshaker, int flight) {
        Reports.say("retransmitted", "flight", flight);
    }
}
