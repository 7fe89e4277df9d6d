package interop.californium;

import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.californium.elements.MessageCallback;

/** Reports data that could not be sent. */
final class FailureReport implements MessageCallback {
    @Override
    public void onConnecting() {}

    @Override
    public void onDtlsRetransmission(int flight) {}

    @Override
    public void onContextEstablished(EndpointContext context) {}

    @Override
    public void onSent() {}

    @Override
    public void onError(Throwable error) {
        Reports.say("failed", "message", String.valueOf(error.getMessage()));
    }
}
