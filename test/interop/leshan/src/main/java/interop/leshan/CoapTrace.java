package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.californium.core.coap.CoAP;
import org.eclipse.californium.core.coap.EmptyMessage;
import org.eclipse.californium.core.coap.Message;
import org.eclipse.californium.core.coap.Request;
import org.eclipse.californium.core.coap.Response;
import org.eclipse.californium.core.network.interceptors.MessageInterceptor;
import org.eclipse.californium.elements.DtlsEndpointContext;
import org.eclipse.californium.elements.EndpointContext;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.registration.RegistrationStore;

/** COAPLOG: each CoAP message to and from a registered client, for those who listen to that client alone. */
final class CoapTrace implements MessageInterceptor {
    private final EventStreams events;
    private final RegistrationStore registrations;
    private final Map<InetSocketAddress, String> cipherSuites = new ConcurrentHashMap<>();

    CoapTrace(EventStreams events, RegistrationStore registrations) {
        this.events = events;
        this.registrations = registrations;
    }

    /** The suite of the last secured message from this address, or null. */
    String cipherSuite(InetSocketAddress address) {
        return cipherSuites.get(address);
    }

    @Override
    public void sendRequest(Request request) {
        log(false, request, request.getDestinationContext());
    }

    @Override
    public void sendResponse(Response response) {
        log(false, response, response.getDestinationContext());
    }

    @Override
    public void sendEmptyMessage(EmptyMessage message) {
        log(false, message, message.getDestinationContext());
    }

    @Override
    public void receiveRequest(Request request) {
        log(true, request, request.getSourceContext());
    }

    @Override
    public void receiveResponse(Response response) {
        log(true, response, response.getSourceContext());
    }

    @Override
    public void receiveEmptyMessage(EmptyMessage message) {
        log(true, message, message.getSourceContext());
    }

    private void log(boolean incoming, Message message, EndpointContext peer) {
        String suite = peer.get(DtlsEndpointContext.KEY_CIPHER);
        if (suite != null) cipherSuites.put(peer.getPeerAddress(), suite);
        Registration registration = registrations.getRegistrationByAdress(peer.getPeerAddress());
        if (registration == null) return;
        ObjectNode data = JsonNodeFactory.instance.objectNode().put("ep", registration.getEndpoint());
        data.put("timestamp", System.currentTimeMillis()).put("incoming", incoming);
        data.put("type", message.getType().name()).put("code", code(message)).put("mId", message.getMID());
        data.put("token", message.getTokenString()).put("options", message.getOptions().toString());
        if (message.getPayloadSize() > 0) data.put("payload", "Hex:" + HexFormat.of().formatHex(message.getPayload()));
        events.sendToItsOwn("COAPLOG", registration.getEndpoint(), data);
    }

    private static String code(Message message) {
        return message.getRawCode() == 0 ? "EMPTY" : message instanceof Request request ? String.valueOf(request.getCode())
            : CoAP.formatCode(message.getRawCode());
    }
}
