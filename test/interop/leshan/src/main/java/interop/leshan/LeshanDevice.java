package interop.leshan;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import interop.Arguments;
import interop.Credentials;
import interop.Lifeline;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import org.eclipse.leshan.client.LeshanClient;
import org.eclipse.leshan.client.LeshanClientBuilder;
import org.eclipse.leshan.client.californium.endpoint.CaliforniumClientEndpointsProvider;
import org.eclipse.leshan.client.californium.endpoint.coap.CoapClientProtocolProvider;
import org.eclipse.leshan.client.californium.endpoint.coaps.CoapsClientProtocolProvider;
import org.eclipse.leshan.client.object.Device;
import org.eclipse.leshan.client.object.Security;
import org.eclipse.leshan.client.object.Server;
import org.eclipse.leshan.client.observer.LwM2mClientObserverAdapter;
import org.eclipse.leshan.client.resource.ObjectsInitializer;
import org.eclipse.leshan.client.servers.LwM2mServer;
import org.eclipse.leshan.core.CertificateUsage;
import org.eclipse.leshan.core.LwM2mId;
import org.eclipse.leshan.core.ResponseCode;
import org.eclipse.leshan.core.request.BindingMode;
import org.eclipse.leshan.core.request.RegisterRequest;

/**
 * Leshan's own client as a device: another implementation to hold the servers against.
 *
 * <pre>
 * --server URI --endpoint NAME [--lifetime SECONDS] [--bootstrap]
 * --psk HEX --identity TEXT   or   --key FILE --cert FILE --ca FILE (PEM; the CA signed the server's certificate)
 * --attached                  end when standard input ends
 * </pre>
 */
public final class LeshanDevice {
    private static final int SHORT_SERVER_ID = 1;

    private LeshanDevice() {}

    public static void main(String[] argv) throws Exception {
        Arguments args = new Arguments(argv);
        Lifeline.hold(args);
        var objects = new ObjectsInitializer();
        objects.setInstancesForObject(LwM2mId.SECURITY, security(args, Credentials.from(args)));
        if (args.has("bootstrap")) objects.setClassForObject(LwM2mId.SERVER, Server.class);
        else objects.setInstancesForObject(LwM2mId.SERVER, new Server(SHORT_SERVER_ID, args.number("lifetime", 300)));
        objects.setInstancesForObject(LwM2mId.DEVICE, new Device("Leshan", "device", "1", EnumSet.of(BindingMode.U)));

        var builder = new LeshanClientBuilder(args.required("endpoint"));
        builder.setObjects(objects.createAll());
        var endpoints = new CaliforniumClientEndpointsProvider.Builder(new CoapClientProtocolProvider(), new CoapsClientProtocolProvider());
        endpoints.setClientAddress(InetAddress.getByName(URI.create(args.get("server")).getHost())); // loopback, both ends
        builder.setEndpointsProviders(endpoints.build());
        LeshanClient client = builder.build();
        client.addObserver(new Reports());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> client.destroy(true)));
        client.start();
    }

    private static Security security(Arguments args, Credentials credentials) throws Exception {
        String uri = args.required("server");
        boolean bootstrap = args.has("bootstrap");
        if (args.has("psk")) {
            byte[] identity = args.required("identity").getBytes(StandardCharsets.UTF_8);
            byte[] key = HexFormat.of().parseHex(args.get("psk"));
            return bootstrap ? Security.pskBootstrap(uri, identity, key) : Security.psk(uri, SHORT_SERVER_ID, identity, key);
        }
        if (credentials.key() == null) return bootstrap ? Security.noSecBootstrap(uri) : Security.noSec(uri, SHORT_SERVER_ID);
        byte[] certificate = credentials.chain()[0].getEncoded();
        byte[] key = credentials.key().getEncoded();
        byte[] anchor = credentials.trusted()[0].getEncoded();
        var usage = CertificateUsage.TRUST_ANCHOR_ASSERTION.code;
        return bootstrap ? Security.x509Bootstrap(uri, certificate, key, anchor, usage)
            : Security.x509(uri, SHORT_SERVER_ID, certificate, key, anchor, usage);
    }

    private static final class Reports extends LwM2mClientObserverAdapter {
        @Override
        public void onRegistrationSuccess(LwM2mServer server, RegisterRequest request, String registrationId) {
            say("registered", registrationId);
        }

        @Override
        public void onRegistrationFailure(LwM2mServer server, RegisterRequest request, ResponseCode code, String message, Exception cause) {
            say("failed", code + " " + message + " " + cause);
        }

        @Override
        public void onRegistrationTimeout(LwM2mServer server, RegisterRequest request) {
            say("failed", "timeout");
        }

        private static void say(String event, String message) {
            System.out.println(JsonNodeFactory.instance.objectNode().put("event", event).put("message", message));
        }
    }
}
