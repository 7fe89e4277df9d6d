package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.eclipse.leshan.core.peer.LwM2mPeer;
import org.eclipse.leshan.core.request.BootstrapDownlinkRequest;
import org.eclipse.leshan.core.request.BootstrapRequest;
import org.eclipse.leshan.core.response.LwM2mResponse;
import org.eclipse.leshan.server.bootstrap.BootstrapFailureCause;
import org.eclipse.leshan.server.bootstrap.BootstrapSession;
import org.eclipse.leshan.server.bootstrap.BootstrapSessionListener;

/** BSSESSION: each step of a bootstrap session, named as the demo server names it. */
final class BootstrapEvents implements BootstrapSessionListener {
    private final EventStreams events;

    BootstrapEvents(EventStreams events) {
        this.events = events;
    }

    @Override
    public void sessionInitiated(BootstrapRequest request, LwM2mPeer peer) {
        say("new session", request.getEndpointName(), request.toString());
    }

    @Override
    public void unAuthorized(BootstrapRequest request, LwM2mPeer peer) {
        say("unauthorized", request.getEndpointName(), String.valueOf(peer.getIdentity()));
    }

    @Override
    public void authorized(BootstrapSession session) {
        say("authorized", session.getEndpoint(), String.valueOf(session.getClientTransportData().getIdentity()));
    }

    @Override
    public void noConfig(BootstrapSession session) {
        say("no config", session.getEndpoint(), "");
    }

    @Override
    public void sendRequest(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request) {
        String kind = request.getClass().getSimpleName().replaceAll("Bootstrap|Request", "").toLowerCase();
        say("send " + kind, session.getEndpoint(), String.valueOf(request.getPath()));
    }

    @Override
    public void onResponseSuccess(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
        say("receive success response", session.getEndpoint(), request.getPath() + " " + response.getCode());
    }

    @Override
    public void onResponseError(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, LwM2mResponse response) {
        say("receive error response", session.getEndpoint(), request.getPath() + " " + response.getCode() + " " + response.getErrorMessage());
    }

    @Override
    public void onRequestFailure(BootstrapSession session, BootstrapDownlinkRequest<? extends LwM2mResponse> request, Throwable cause) {
        say("request failure", session.getEndpoint(), request.getPath() + " " + cause);
    }

    @Override
    public void end(BootstrapSession session) {
        say("finished", session.getEndpoint(), "");
    }

    @Override
    public void failed(BootstrapSession session, BootstrapFailureCause cause) {
        say("failed", session.getEndpoint(), String.valueOf(cause));
    }

    private void say(String name, String endpoint, String message) {
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("name", name).put("endpoint", endpoint);
        events.send("BSSESSION", endpoint, data.put("time", System.currentTimeMillis()).put("message", message));
    }
}
