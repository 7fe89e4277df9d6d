package interop.leshan;

import interop.Credentials;
import java.net.InetSocketAddress;
import java.util.List;
import org.eclipse.californium.core.CoapResource;
import org.eclipse.californium.core.server.resources.Resource;
import org.eclipse.leshan.core.endpoint.Protocol;
import org.eclipse.leshan.core.model.ObjectModel;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServer;
import org.eclipse.leshan.server.bootstrap.LeshanBootstrapServerBuilder;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpoint;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.CaliforniumBootstrapServerEndpointsProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coap.CoapBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.californium.bootstrap.endpoint.coaps.CoapsBootstrapServerProtocolProvider;
import org.eclipse.leshan.server.model.VersionedBootstrapModelProvider;
import org.eclipse.leshan.server.security.BootstrapSecurityStoreAdapter;
import org.eclipse.leshan.server.security.EditableSecurityStore;
import org.eclipse.leshan.server.security.InMemorySecurityStore;

/** The bootstrap server on CoAP and CoAPS. Its configurations are sent as they are, unchecked: mode EST passes too. */
final class BootstrapServer {
    private final EditableSecurityStore security = new InMemorySecurityStore();
    private final EventStreams events = new EventStreams();
    private final BootstrapConfigurations configurations = new BootstrapConfigurations();
    private final LeshanBootstrapServer leshan;
    private final CaliforniumBootstrapServerEndpointsProvider endpoints;

    BootstrapServer(String host, int coap, int coaps, Credentials credentials, List<ObjectModel> models) {
        var chosen = new CaliforniumBootstrapServerEndpointsProvider.Builder(
            new CoapBootstrapServerProtocolProvider(), new CoapsBootstrapServerProtocolProvider());
        chosen.setConfiguration(configuration -> {
            Tuning.apply(configuration);
            Tuning.applySecure(configuration);
        });
        chosen.addEndpoint(new InetSocketAddress(host, coap), Protocol.COAP);
        chosen.addEndpoint(new InetSocketAddress(host, coaps), Protocol.COAPS);

        var builder = new LeshanBootstrapServerBuilder();
        builder.setObjectModelProvider(new VersionedBootstrapModelProvider(models));
        builder.setTaskProvider(new BootstrapScripts(configurations));
        builder.setSecurityStore(new BootstrapSecurityStoreAdapter(security));
        builder.setPrivateKey(credentials.key());
        builder.setCertificateChain(credentials.chain());
        builder.setTrustedCertificates(credentials.trusted());
        endpoints = chosen.build();
        builder.setEndpointsProviders(endpoints);
        leshan = builder.build();
    }

    void start() {
        leshan.addListener(new BootstrapEvents(events));
        leshan.start();
    }

    /** Beside what Leshan answers, at /.well-known. */
    void addWellKnown(Resource resource) {
        Resource root = endpoints.getCoapServer().getRoot();
        if (root.getChild(".well-known") == null) root.add(new CoapResource(".well-known"));
        root.getChild(".well-known").add(resource);
    }

    EditableSecurityStore security() {
        return security;
    }

    EventStreams events() {
        return events;
    }

    BootstrapConfigurations configurations() {
        return configurations;
    }

    int coapPort() {
        return port(Protocol.COAP);
    }

    int coapsPort() {
        return port(Protocol.COAPS);
    }

    private int port(Protocol protocol) {
        return ((CaliforniumBootstrapServerEndpoint) leshan.getEndpoint(protocol)).getCoapEndpoint().getAddress().getPort();
    }
}
