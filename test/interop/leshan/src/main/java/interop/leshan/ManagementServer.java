package interop.leshan;

import interop.Credentials;
import java.net.InetSocketAddress;
import java.util.List;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.server.LeshanServer;
import org.eclipse.leshan.server.LeshanServerBuilder;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpoint;
import org.eclipse.leshan.server.californium.endpoint.CaliforniumServerEndpointsProvider;
import org.eclipse.leshan.server.californium.endpoint.coap.CoapServerProtocolProvider;
import org.eclipse.leshan.server.californium.endpoint.coaps.CoapsServerProtocolProvider;
import org.eclipse.leshan.server.model.VersionedModelProvider;
import org.eclipse.leshan.server.queue.StaticClientAwakeTimeProvider;
import org.eclipse.leshan.server.registration.Registration;
import org.eclipse.leshan.server.security.EditableSecurityStore;
import org.eclipse.leshan.server.security.InMemorySecurityStore;

/** The management server on CoAP and CoAPS, what happens on it as events, and a trace of its CoAP messages. */
final class ManagementServer {
    private final EditableSecurityStore security = new InMemorySecurityStore();
    private final EventStreams events = new EventStreams();
    private final LeshanServer leshan;
    private final CoapTrace trace;

    /** `awakeSeconds`: how long a client in queue mode is reachable after its last message. */
    ManagementServer(String host, int coap, int coaps, Credentials credentials, List<ObjectModel> models, int awakeSeconds) {
        var endpoints = new CaliforniumServerEndpointsProvider.Builder(
            new CoapServerProtocolProvider(), new CoapsServerProtocolProvider());
        endpoints.setConfiguration(configuration -> {
            Tuning.apply(configuration);
            Tuning.applySecure(configuration);
        });
        endpoints.addEndpoint(new InetSocketAddress(host, coap), Protocol.COAP);
        endpoints.addEndpoint(new InetSocketAddress(host, coaps), Protocol.COAPS);

        var builder = new LeshanServerBuilder();
        builder.setObjectModelProvider(new VersionedModelProvider(models));
        builder.setClientAwakeTimeProvider(new StaticClientAwakeTimeProvider(awakeSeconds * 1000));
        builder.setSecurityStore(security);
        builder.setPrivateKey(credentials.key());
        builder.setCertificateChain(credentials.chain());
        builder.setTrustedCertificates(credentials.trusted());
        builder.setEndpointsProviders(endpoints.build());
        leshan = builder.build();
        trace = new CoapTrace(events, leshan.getRegistrationStore());
    }

    void start() {
        new RegistrationEvents(events).listenTo(leshan);
        new DataEvents(events).listenTo(leshan);
        leshan.start();
        for (Protocol protocol : List.of(Protocol.COAP, Protocol.COAPS)) coapEndpoint(protocol).getCoapEndpoint().addInterceptor(trace);
    }

    LeshanServer leshan() {
        return leshan;
    }

    EditableSecurityStore security() {
        return security;
    }

    EventStreams events() {
        return events;
    }

    /** The DTLS suite of the last secured message from this client, or null. */
    String cipherSuite(Registration registration) {
        return trace.cipherSuite(registration.getSocketAddress());
    }

    int coapPort() {
        return coapEndpoint(Protocol.COAP).getCoapEndpoint().getAddress().getPort();
    }

    int coapsPort() {
        return coapEndpoint(Protocol.COAPS).getCoapEndpoint().getAddress().getPort();
    }

    private CaliforniumServerEndpoint coapEndpoint(Protocol protocol) {
        return (CaliforniumServerEndpoint) leshan.getEndpoint(protocol);
    }
}
